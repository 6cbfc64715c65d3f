"""PyTorch as a contestant, in the memory order and precision that are asked for."""

import multiprocessing
from argparse import Namespace
from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

from network import build, read_batch, read_case
from turns import arguments, take_turns

MEMORY_FORMATS = {"default": torch.contiguous_format, "channels-last": torch.channels_last}


def wait_for(device: str) -> None:
    """Until all that a card was asked for is done."""
    if device == "cuda":
        torch.cuda.synchronize()


def set_precision(precision: str) -> None:
    """On a card: whether products may round to TF32, and its fastest convolutions."""
    may_round = precision == "tf32"
    torch.backends.cuda.matmul.allow_tf32 = may_round
    torch.backends.cudnn.allow_tf32 = may_round
    torch.backends.cudnn.benchmark = True


class Trainer:
    """Forward, cross-entropy, backward and SGD update on one batch."""

    def __init__(self, net: nn.Module, batch: tuple, optimizer: dict, bf16: bool):
        self.net = net
        self.images, self.labels = batch
        self.optimizer = torch.optim.SGD(net.parameters(), **optimizer)
        self.bf16 = bf16
        self.device = self.images.device.type

    def step(self) -> torch.Tensor:
        self.optimizer.zero_grad()
        with torch.autocast(self.device, torch.bfloat16, enabled=self.bf16):
            loss = F.cross_entropy(self.net(self.images), self.labels)
        loss.backward()
        self.optimizer.step()
        wait_for(self.device)
        return loss.detach()


def inference_step(net: nn.Module, images: torch.Tensor, bf16: bool) -> Callable[[], torch.Tensor]:
    net.eval()

    @torch.inference_mode()
    def step() -> torch.Tensor:
        with torch.autocast(images.device.type, torch.bfloat16, enabled=bf16):
            scores = net(images)
        wait_for(images.device.type)
        return scores

    return step


def scores(net: nn.Module, images: torch.Tensor, bf16: bool) -> list[float]:
    return inference_step(net, images, bf16)().float().flatten().tolist()


def load(args: Namespace) -> tuple[dict, nn.Module, tuple[torch.Tensor, torch.Tensor]]:
    """Case, network and batch in the memory order that is asked for."""
    torch.set_num_threads(args.threads)
    set_precision(args.precision)
    case = read_case(args.folder)
    memory_format = MEMORY_FORMATS[args.layout]
    net = build(case, args.folder).to(args.device, memory_format=memory_format)
    images, labels = read_batch(args.folder)
    images = images.to(args.device).contiguous(memory_format=memory_format)
    return case, net, (images, labels.to(args.device))


def trial(args: Namespace) -> dict:
    """One training step without dropout."""
    case, net, batch = load(args)
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    bf16 = args.precision == "bf16"
    optimizer = case["optimizer"] | {"lr": case["trial_lr"]}
    loss = Trainer(net.train(), batch, optimizer, bf16).step().item()
    return {"loss": loss, "scores": scores(net, batch[0], bf16)}


def trial_in_child(args: Namespace) -> dict:
    """Whose memory then does not count here."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(trial, (args,))


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--pass", dest="pass_", choices=["train", "inference"], required=True)
    parser.add_argument("--layout", choices=MEMORY_FORMATS, required=True)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    args = parser.parse_args()
    bf16 = args.precision == "bf16"

    case, net, batch = load(args)
    ready = {"scores": scores(net, batch[0], bf16), "trial": None}
    if args.pass_ == "train":
        ready["trial"] = trial_in_child(args)
        step = Trainer(net.train(), batch, case["optimizer"], bf16).step
    else:
        step = inference_step(net, batch[0], bf16)
    take_turns(ready, step, args.secs)


if __name__ == "__main__":
    main()
