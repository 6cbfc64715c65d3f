"""The network of a case's folder as a PyTorch module."""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn


def read_case(folder: Path) -> dict:
    return json.loads((folder / "case.json").read_text())


def read_batch(folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
    """Images N, C, H, W and labels N."""
    batch = load_file(folder / "batch.safetensors")
    return batch["images"], batch["labels"].long()


def build(case: dict, folder: Path) -> nn.Sequential:
    """The layers in order, with the folder's weights: exactly those, and all of them."""
    weights = load_file(folder / "weights.safetensors")
    net = nn.Sequential()
    for layer in case["layers"]:
        module = build_layer(layer)
        if "name" in layer:
            module.load_state_dict(take(weights, layer["name"] + "."), strict=True)
        net.append(module)
        if layer.get("relu"):
            net.append(nn.ReLU(inplace=True))
    net.append(nn.Flatten())
    assert not weights, f"weights of no layer: {sorted(weights)}"
    parameters = sum(parameter.numel() for parameter in net.parameters())
    assert parameters == case["parameters"], f"{parameters} parameters"
    return net


def take(weights: dict[str, torch.Tensor], prefix: str) -> dict[str, torch.Tensor]:
    names = [name for name in weights if name.startswith(prefix)]
    return {name.removeprefix(prefix): weights.pop(name) for name in names}


def build_layer(layer: dict) -> nn.Module:
    match layer["kind"]:
        case "conv":
            return nn.Conv2d(layer["in_channels"], layer["out_channels"], **window(layer))
        case "batch_norm":
            return nn.BatchNorm2d(layer["channels"], layer["eps"], layer["momentum"])
        case "max_pool":
            return nn.MaxPool2d(**window(layer), ceil_mode=layer["ceil_mode"])
        case "avg_pool":
            rules = {key: layer[key] for key in ("ceil_mode", "count_include_pad")}
            return nn.AvgPool2d(**window(layer), **rules)
        case "global_avg_pool":
            return nn.AdaptiveAvgPool2d(1)
        case "lrn":
            return nn.LocalResponseNorm(layer["size"], layer["alpha"], layer["beta"], layer["k"])
        case "dropout":
            return nn.Dropout(layer["p"])
        case other:
            raise ValueError(f"no layer {other}")


def window(layer: dict) -> dict:
    return {key: layer[key] for key in ("kernel_size", "stride", "padding")}
