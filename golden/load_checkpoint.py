"""Loads a checkpoint of this program in PyTorch and compares the class scores.

    cargo run --release -p nin-model --example scores -- CHECKPOINT SCORES
    python golden/load_checkpoint.py CHECKPOINT SCORES

The first command writes an input and the scores that nin-model gives for it; the second
builds the `nn.Sequential` that the checkpoint's metadata describe, loads the weights with
strict=True, and fails if a score differs by more than 1e-5 of the largest.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn

import networks

TOLERANCE = 1e-5


def structure(info: dict) -> dict:
    """The configuration in the words of `networks.py`."""
    model = info["model"]
    blocks = []
    for block in model["blocks"]:
        layers = [dict(layer) for layer in block["layers"]]
        for layer in layers:
            if layer["channels"] == "classes":
                layer["channels"] = len(info["class_names"])
        lrn = block.get("lrn")
        if lrn:
            lrn = {key: lrn[key] for key in ("size", "alpha", "beta", "k")}
            if not block["lrn"]["divide_alpha"]:
                lrn["alpha"] *= lrn["size"]
        dropout = block.get("dropout") is not None
        parts = {"norm": model["norm"], "lrn": lrn, "pool": block.get("pool"), "dropout": dropout}
        blocks.append({"layers": layers, **parts})
    return {"blocks": blocks, "input": [model["in_channels"], *info["image_size"]]}


def build(info: dict) -> networks.Network:
    net = networks.Network(structure(info)).float().eval()
    if not info["model"]["last_relu"]:
        # The last convolution then stands alone.
        last = max(i for i, module in enumerate(net.net) if isinstance(module, nn.Sequential))
        convs = [i for i, module in enumerate(net.net[last]) if isinstance(module, nn.Conv2d)]
        net.net[last] = net.net[last][: convs[-1] + 1]
    return net


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("scores", type=Path)
    args = parser.parse_args()
    with safe_open(args.checkpoint, framework="pt") as file:
        net = build(json.loads(file.metadata()["nin"]))
    net.load_state_dict(load_file(args.checkpoint), strict=True)
    ours = load_file(args.scores)
    with torch.no_grad():
        scores = net(ours["input"])
    error = ((scores - ours["scores"]).abs().max() / scores.abs().max()).item()
    print(f"{len(net.state_dict())} tensors loaded; scores differ by {error:.1e} of the largest")
    return 0 if error <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
