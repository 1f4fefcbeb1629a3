"""How DeepFillv2 pads before it halves and which pixels it takes: as TensorFlow does, or symmetrically."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor


class Resampling(Protocol):
    """The rules of one flavour of the network."""

    def padding(self, side: int, kernel_size: int, stride: int) -> tuple[int, int]:
        """Zeros before and after a side, so that a convolution makes ⌈side / stride⌉ of it."""
        ...

    def positions(self, length: int, count: int, device: torch.device) -> Tensor:
        """Which of `length` values are taken to keep `count` of them, whole numbers (count,)."""
        ...


class TensorFlow:
    """SAME padding and nearest resizing with aligned corners, as the authors' framework computes them."""

    def padding(self, side: int, kernel_size: int, stride: int) -> tuple[int, int]:
        """The smaller half of the padding before, the larger one after."""
        total = max((-(-side // stride) - 1) * stride + kernel_size - side, 0)
        return total // 2, total - total // 2

    def positions(self, length: int, count: int, device: torch.device) -> Tensor:
        """`⌊j · (length - 1) / (count - 1) + ½⌋` for the j-th, with quotient and product in float32."""
        step = torch.scalar_tensor(length - 1, dtype=torch.float32, device=device) / (count - 1)
        places = torch.arange(count, dtype=torch.float32, device=device) * step + 0.5
        return places.floor().long().clamp_max(length - 1)


class Symmetric:
    """The same padding on both sides, and the first value of every group."""

    def padding(self, side: int, kernel_size: int, stride: int) -> tuple[int, int]:
        """Half of the kernel before and after."""
        return kernel_size // 2, kernel_size // 2

    def positions(self, length: int, count: int, device: torch.device) -> Tensor:
        """Every (length / count)-th."""
        return torch.arange(count, device=device) * (length // count)


RESAMPLINGS: Mapping[str, Resampling] = {"tensorflow": TensorFlow(), "symmetric": Symmetric()}
"""The flavours by the name that a configuration uses."""


def shrunk(image: Tensor, factor: int, rule: Resampling) -> Tensor:
    """Take one pixel of each `factor` × `factor`, (B, C, H, W) to (B, C, H / factor, W / factor)."""
    height, width = image.shape[2:]
    rows = rule.positions(height, height // factor, image.device)
    columns = rule.positions(width, width // factor, image.device)
    return image.index_select(2, rows).index_select(3, columns)
