"""What every case needs: seeded f32 values, f64 arithmetic, margins from kinks."""

import zlib

import torch
from torch import Tensor
from torch.nn import functional as F

# An f32 implementation rounds a sum of a few hundred products of size 1 by less than this.
# A ReLU input or a gap between two maxima that is smaller, and not exactly 0, could fall on
# the other side there, and its whole gradient with it.
MARGIN = 1e-5


class TooClose(Exception):
    """These random values lie too near a kink; another seed will do."""


class Values:
    """Random f32 numbers, given as f64 so that all arithmetic on them is f64."""

    def __init__(self, case: str, attempt: int):
        self.generator = torch.Generator().manual_seed(zlib.crc32(case.encode()) + attempt)

    def normal(self, *shape: int, std: float = 1.0) -> Tensor:
        return self._exact(torch.randn(shape, generator=self.generator) * std)

    def uniform(self, low: float, high: float, *shape: int) -> Tensor:
        return self._exact(torch.rand(shape, generator=self.generator) * (high - low) + low)

    def integers(self, low: int, high: int, *shape: int) -> Tensor:
        """Whole numbers from low to high, both included."""
        return torch.randint(low, high + 1, shape, generator=self.generator).double()

    def labels(self, classes: int, count: int) -> Tensor:
        return torch.randint(classes, (count,), generator=self.generator)

    @staticmethod
    def _exact(values: Tensor) -> Tensor:
        return values.float().double()


def with_grad(values: Tensor) -> Tensor:
    return values.clone().requires_grad_()


def require_relu_margin(pre_activation: Tensor) -> None:
    near = pre_activation.detach().abs()
    if ((near > 0) & (near < MARGIN)).any():
        raise TooClose


def require_max_margin(values: Tensor, pool: torch.nn.MaxPool2d) -> None:
    """The two largest of each window differ, unless they are equal."""
    kernel, stride, padding = pool.kernel_size, pool.stride, pool.padding
    # Ceil mode may read up to stride - 1 beyond the padding.
    more = stride - 1 if pool.ceil_mode else 0
    sides = (padding, padding + more, padding, padding + more)
    padded = F.pad(values.detach(), sides, value=-torch.inf)
    windows = padded.unfold(2, kernel, stride).unfold(3, kernel, stride).flatten(4)
    largest, second = windows.topk(2).values.unbind(-1)
    gap = largest - second
    if ((gap > 0) & (gap < MARGIN)).any():
        raise TooClose


def to_stored(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Floats rounded once, to f32; labels stay i64."""
    return {
        name: (t.detach().float() if t.is_floating_point() else t).contiguous()
        for name, t in tensors.items()
    }
