"""Whole small networks, each of the structure of a preset."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from cases import TooClose, Values, require_max_margin, require_relu_margin, with_grad

BATCH = 3


def layer(channels: int, kernel_size: int = 1, stride: int = 1, padding: int = 0) -> dict:
    return {"channels": channels, "kernel_size": kernel_size, "stride": stride, "padding": padding}


def pool(kind: str, rounding: str) -> dict:
    return {"kind": kind, "kernel_size": 3, "stride": 2, "padding": 0, "rounding": rounding}


def block(*layers: dict, norm="none", lrn=None, pool=None, dropout=False) -> dict:
    return {"layers": list(layers), "norm": norm, "lrn": lrn, "pool": pool, "dropout": dropout}


def build_block(in_channels: int, structure: dict) -> nn.Sequential:
    """conv, (batch norm,) ReLU for each layer."""
    net = nn.Sequential()
    for layer in structure["layers"]:
        shape = (layer["kernel_size"], layer["stride"], layer["padding"])
        net.append(nn.Conv2d(in_channels, layer["channels"], *shape))
        in_channels = layer["channels"]
        if structure["norm"] == "batch":
            net.append(nn.BatchNorm2d(in_channels))
        net.append(nn.ReLU())
    return net


def build_pool(structure: dict) -> nn.Module:
    kind = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}[structure["kind"]]
    sizes = (structure["kernel_size"], structure["stride"], structure["padding"])
    return kind(*sizes, ceil_mode=structure["rounding"] == "ceil")


class Network(nn.Module):
    """`net`: for each block the block, LRN, pool, dropout, as far as there; then the mean."""

    def __init__(self, structure: dict):
        super().__init__()
        self.net = nn.Sequential()
        in_channels = structure["input"][0]
        for block in structure["blocks"]:
            self.net.append(build_block(in_channels, block))
            in_channels = block["layers"][-1]["channels"]
            if block["lrn"]:
                self.net.append(nn.LocalResponseNorm(**block["lrn"]))
            if block["pool"]:
                self.net.append(build_pool(block["pool"]))
            if block["dropout"]:
                self.net.append(nn.Dropout(p=0.0))  # takes its index, does nothing
        self.net.extend([nn.AdaptiveAvgPool2d(1), nn.Flatten()])
        self.double()

    def forward(self, x: Tensor) -> Tensor:
        return self.net(x)


def fill(network: Network, values: Values) -> None:
    """Weights of mean 1 / fan-in and half that variance, small positive biases.

    Behind a ReLU all inputs are positive, so weights of mean 0 would leave some of so few
    maps negative throughout: dead.
    """
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            scale = 1 / module.weight[0].numel()
            weight = values.normal(*module.weight.shape, std=math.sqrt(scale / 2)) + scale
            module.weight.data = weight.float().double()
            module.bias.data = values.uniform(0.0, 0.2, *module.bias.shape)
        elif isinstance(module, nn.BatchNorm2d):
            module.weight.data = values.uniform(0.5, 1.5, *module.weight.shape)
            module.bias.data = values.uniform(-0.1, 0.4, *module.bias.shape)


def watch(network: Network) -> None:
    """Refuses inputs near a kink, and maps that are 0 for the whole batch."""

    def before_relu(module: nn.Module, args: tuple) -> None:
        require_relu_margin(args[0])
        if (args[0].amax(dim=(0, 2, 3)) <= 0).any():
            raise TooClose

    for module in network.modules():
        if isinstance(module, nn.ReLU):
            module.register_forward_pre_hook(before_relu)
        elif isinstance(module, nn.MaxPool2d):
            module.register_forward_pre_hook(lambda pool, args: require_max_margin(args[0], pool))


def buffers(network: Network, prefix: str) -> dict[str, Tensor]:
    """Copies of the running means and variances."""
    named = network.named_buffers()
    return {f"{prefix}.{name}": b.clone() for name, b in named if "running" in name}


def network(values: Values, structure: dict) -> dict[str, Tensor]:
    net = Network(structure)
    fill(net, values)
    watch(net)
    classes = structure["blocks"][-1]["layers"][-1]["channels"]
    x = with_grad(values.normal(BATCH, *structure["input"]))
    labels = values.labels(classes, BATCH)
    tensors = {"input": x, "labels": labels} | buffers(net, "buffer")

    logits = net(x)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    tensors |= {"logits": logits, "loss": loss, "grad_input": x.grad} | buffers(net, "buffer_after")
    for name, parameter in net.named_parameters():
        tensors |= {f"param.{name}": parameter, f"grad.{name}": parameter.grad}

    with torch.no_grad():
        tensors["logits_eval"] = net.eval()(x)
    return tensors


MAX_FLOOR, MAX_CEIL = pool("max", "floor"), pool("max", "ceil")
AVERAGE_CEIL = pool("average", "ceil")
# A large alpha, so that a wrong window or divisor shows.
LRN = {"size": 5, "alpha": 0.1, "beta": 0.75, "k": 2.0}

CASES = {
    "original": {
        "blocks": [
            block(layer(6, 11, 4), layer(5), layer(6), pool=MAX_FLOOR),
            block(layer(8, 5, 1, 2), layer(7), layer(8), pool=MAX_FLOOR),
            block(layer(9, 3, 1, 1), layer(8), layer(9), pool=MAX_FLOOR, dropout=True),
            block(layer(10, 3, 1, 1), layer(10), layer(10)),
        ],
        "input": [1, 105, 105],
    },
    "paper": {
        "blocks": [
            block(layer(8, 5, 1, 2), layer(6), layer(5), pool=MAX_CEIL, dropout=True),
            block(layer(9, 5, 1, 2), layer(7), layer(5), pool=MAX_CEIL, dropout=True),
            block(layer(8, 5, 1, 2), layer(7), layer(10)),
        ],
        "input": [1, 28, 28],
    },
    "caffe_cifar": {
        "blocks": [
            block(layer(8, 5, 1, 2), layer(7), layer(6), pool=MAX_CEIL, dropout=True),
            block(layer(9, 5, 1, 2), layer(8), layer(8), pool=AVERAGE_CEIL, dropout=True),
            block(layer(8, 3, 1, 1), layer(8), layer(10)),
        ],
        "input": [3, 32, 32],
    },
    "lrn": {
        "blocks": [
            block(layer(8, 5, 1, 2), layer(7), layer(6), lrn=LRN, pool=MAX_FLOOR),
            block(layer(9, 5, 1, 2), layer(8), layer(7), lrn=LRN, pool=MAX_FLOOR, dropout=True),
            block(layer(8, 3, 1, 1), layer(8), layer(10)),
        ],
        "input": [1, 28, 28],
    },
    "batch_norm": {
        "blocks": [
            block(layer(8, 5, 1, 2), layer(7), layer(6), norm="batch", pool=MAX_CEIL, dropout=True),
            block(layer(9, 5, 1, 2), layer(8), layer(7), norm="batch", pool=MAX_CEIL, dropout=True),
            block(layer(8, 3, 1, 1), layer(8), layer(10), norm="batch"),
        ],
        "input": [1, 20, 20],
    },
}
