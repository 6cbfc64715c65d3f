"""Writes the network of a case's folder as PyTorch exports it, to network.onnx there."""

import argparse
from pathlib import Path

import torch

from network import build, read_batch, read_case


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="the case's folder")
    folder = parser.parse_args().folder
    net = build(read_case(folder), folder).eval()
    images, _ = read_batch(folder)
    path = folder / "network.onnx"
    torch.onnx.export(net, (images,), path, dynamo=True, external_data=False, verbose=False)


if __name__ == "__main__":
    main()
