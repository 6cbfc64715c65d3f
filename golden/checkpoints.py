"""Files as PyTorch programs save weights, of two networks of `networks/`."""

from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

import networks


def network(folder: Path, name: str) -> networks.Network:
    """The network as it was at `logits_eval`, with its gradients."""
    tensors = load_file(folder / f"{name}.safetensors")

    def under(prefix: str) -> dict[str, Tensor]:
        return {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)}

    net = networks.Network(networks.CASES[name]).float()
    counters = {n: torch.tensor(1) for n in net.state_dict() if n.endswith("num_batches_tracked")}
    net.load_state_dict(under("param.") | under("buffer_after.") | counters)
    for parameter_name, gradient in under("grad.").items():
        net.get_parameter(parameter_name).grad = gradient
    return net


def as_the_original_program_saves(net: networks.Network) -> dict:
    """With an optimiser's state: momentum after a step of rate 0, which keeps the weights."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.0, momentum=0.9)
    optimizer.step()
    return {
        "epoch": 3,
        "model_state_dict": net.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "loss": 2.302585092994046,
    }


def generate(network_folder: Path) -> Iterator[tuple[str, dict]]:
    """Each file: name, what it holds."""
    yield "original.pt", as_the_original_program_saves(network(network_folder, "original"))
    weights = network(network_folder, "batch_norm").state_dict()
    yield "plain.pt", weights
    yield "plain.safetensors", dict(weights)


def save(holds: dict, path: Path) -> None:
    if path.suffix == ".safetensors":
        save_file(holds, path)
    else:
        torch.save(holds, path)


def load(path: Path) -> dict:
    return load_file(path) if path.suffix == ".safetensors" else torch.load(path)


def flat(holds: dict) -> tuple[dict[str, Tensor], dict]:
    """Tensors and other values in dictionaries and lists, by the keys on the way."""
    tensors, rest = {}, {}

    def walk(held, name: str) -> None:
        if isinstance(held, dict | list):
            for key, value in held.items() if isinstance(held, dict) else enumerate(held):
                walk(value, f"{name}/{key}")
        else:
            (tensors if isinstance(held, Tensor) else rest)[name] = held

    walk(holds, "")
    return tensors, rest
