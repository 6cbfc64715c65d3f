"""Writes the PyTorch truth that the tests compare with, or checks the committed files.

    python golden/generate.py            writes every file
    python golden/generate.py --check    compares, writes nothing, exits 1 on a difference
"""

import argparse
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy
import safetensors
import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

import checkpoints
import layer_cases
import networks
import steps
from cases import TooClose, Values, to_stored

HERE = Path(__file__).parent
ATTEMPTS = 1000

# Two machines may sum in another order in f64 and then round to another f32, at most one
# unit apart: 6e-8 of the value. Tensors whose true value is 0 hold nothing but f64 rounding.
TOLERANCE = 1e-6
SMALLEST_SCALE = 1e-3

VERSIONS = {
    "torch": torch.__version__.split("+")[0],
    "numpy": numpy.__version__,
    "safetensors": safetensors.__version__,
}


def first_far_from_kinks(name: str, make) -> dict[str, Tensor]:
    for attempt in range(ATTEMPTS):
        try:
            return to_stored(make(Values(name, attempt)))
        except TooClose:
            continue
    sys.exit(f"{name}: no seed of {ATTEMPTS} keeps away from the kinks")


def with_defaults(op, parameters: dict) -> dict:
    signature = inspect.signature(op).parameters.values()
    defaults = {p.name: p.default for p in signature if p.default is not p.empty}
    return defaults | parameters


def generate() -> Iterator[tuple[Path, dict[str, Tensor], dict]]:
    """Each file: path, tensors, description."""
    for name, (op, parameters) in layer_cases.CASES.items():
        tensors = first_far_from_kinks(name, lambda values: op(values, **parameters))
        case = {"case": name, "op": op.__name__, **with_defaults(op, parameters)}
        yield HERE / "layers" / f"{name}.safetensors", tensors, case
    for name, structure in networks.CASES.items():
        tensors = first_far_from_kinks(name, lambda values: networks.network(values, structure))
        yield HERE / "networks" / f"{name}.safetensors", tensors, {"case": name, **structure}
    for name, case in steps.CASES.items():
        tensors = to_stored(steps.steps(**case))
        yield HERE / "steps" / f"{name}.safetensors", tensors, {"case": name, **case}


def differences(path: Path, tensors: dict[str, Tensor], case: dict) -> Iterator[str]:
    if not path.exists():
        yield "is missing"
        return
    with safe_open(path, framework="pt") as file:
        committed = {name: file.get_tensor(name) for name in file.keys()}
        committed_case = json.loads(file.metadata()["case"])
    committed_case.pop("versions")
    if committed_case != json.loads(json.dumps(case)):
        yield f"describes {committed_case}, wanted {case}"
    yield from tensor_differences(committed, tensors)


def checkpoint_differences(path: Path, holds: dict) -> Iterator[str]:
    if not path.exists():
        yield "is missing"
        return
    committed, committed_rest = checkpoints.flat(checkpoints.load(path))
    tensors, rest = checkpoints.flat(holds)
    if committed_rest != rest:
        yield f"holds {committed_rest}, wanted {rest}"
    yield from tensor_differences(committed, tensors)


def tensor_differences(committed: dict[str, Tensor], tensors: dict[str, Tensor]) -> Iterator[str]:
    if committed.keys() != tensors.keys():
        yield f"differs in the names {sorted(committed.keys() ^ tensors.keys())}"
    for name in committed.keys() & tensors.keys():
        got, wanted = committed[name], tensors[name]
        if got.dtype != wanted.dtype or got.shape != wanted.shape:
            yield f"{name} is {got.dtype} {got.shape}, not {wanted.dtype} {wanted.shape}"
            continue
        difference = (got.double() - wanted.double()).abs().max().item()
        scale = max(wanted.abs().max().item(), SMALLEST_SCALE)
        if not difference <= TOLERANCE * scale:
            yield f"{name} differs by {difference:.2e}, at a largest value of {scale:.2e}"


def check() -> int:
    wrong, expected = 0, set()
    for path, tensors, case in generate():
        expected.add(path)
        for difference in differences(path, tensors, case):
            print(f"{path.relative_to(HERE)}: {difference}", file=sys.stderr)
            wrong += 1
    for name, holds in checkpoints.generate(HERE / "networks"):
        expected.add(path := HERE / "checkpoints" / name)
        for difference in checkpoint_differences(path, holds):
            print(f"{path.relative_to(HERE)}: {difference}", file=sys.stderr)
            wrong += 1
    for path in {*HERE.glob("*/*.safetensors"), *HERE.glob("*/*.pt")} - expected:
        print(f"{path.relative_to(HERE)}: belongs to no case", file=sys.stderr)
        wrong += 1
    print(f"{len(expected)} files checked, {wrong} differences")
    return 1 if wrong else 0


def write() -> int:
    for path, tensors, case in generate():
        path.parent.mkdir(exist_ok=True)
        save_file(tensors, path, metadata={"case": json.dumps({**case, "versions": VERSIONS})})
        print(path.relative_to(HERE))
    # Made from the files of networks, so that both hold the same numbers.
    for name, holds in checkpoints.generate(HERE / "networks"):
        path = HERE / "checkpoints" / name
        path.parent.mkdir(exist_ok=True)
        checkpoints.save(holds, path)
        print(path.relative_to(HERE))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare with the committed files")
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    return check() if parser.parse_args().check else write()


if __name__ == "__main__":
    sys.exit(main())
