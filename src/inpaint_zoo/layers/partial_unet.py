"""Encoder and decoder of a U-Net made of partial convolutions (Liu et al., ECCV 2018): PConv is one, CTSDG has two."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.layers.partial_conv import MaskGroup, PartialConv2d, coverage

FIRST_KERNEL_SIZES = (7, 5, 5)
"""Kernel sizes of the first levels of an encoder; later ones are 3."""


class Masked(NamedTuple):
    """A feature map and which of its positions are valid."""

    features: Tensor
    """(B, C, H, W), not yet multiplied by the mask."""
    mask: Tensor
    """(B, 1, H, W) float32 of 0 and 1, 1 = valid."""


class PartialConvBlock(nn.Module):
    """Partial convolution, batch normalisation, activation.

    Args:
        in_channels: Channels of all inputs together.
        out_channels: Channels of the output.
        kernel_size: Odd side length of the kernel.
        stride: Step of the windows.
        norm: Whether to use a batch normalisation.
        negative_slope: Slope of the activation below zero: 0 for a ReLU, 1 for none.
        bias: Whether the convolution has a bias.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        *,
        stride: int,
        norm: bool,
        negative_slope: float,
        bias: bool = False,
    ) -> None:
        super().__init__()
        self.conv = PartialConv2d(in_channels, out_channels, kernel_size, stride, bias=bias)
        self.norm = nn.BatchNorm2d(out_channels) if norm else nn.Identity()
        self.negative_slope = negative_slope
        self.window = (kernel_size, stride)

    def forward(self, *inputs: Masked) -> Masked:
        """Convolve the inputs, concatenated; each has its own mask."""
        groups = [MaskGroup(mask, features.shape[1]) for features, mask in inputs]
        ratio, mask = coverage(groups, *self.window)
        products = [features * mask.to(features.dtype) for features, mask in inputs]
        masked = products[0] if len(products) == 1 else torch.cat(products, 1)
        features = F.leaky_relu_(self.norm(self.conv(masked, ratio)), self.negative_slope)
        return Masked(features, mask)


class PartialConvEncoder(nn.Module):
    """Halves the size at every level.

    Args:
        in_channels: Channels of the input.
        level_channels: Channels after each level.
    """

    def __init__(self, in_channels: int, level_channels: Sequence[int]) -> None:
        super().__init__()
        kernel_sizes = [*FIRST_KERNEL_SIZES, *[3] * len(level_channels)]
        widths = zip([in_channels, *level_channels], level_channels, kernel_sizes, strict=False)
        self.blocks = nn.ModuleList(
            PartialConvBlock(before, after, kernel_size, stride=2, norm=level > 0, negative_slope=0.0)
            for level, (before, after, kernel_size) in enumerate(widths)
        )

    def forward(self, features: Tensor, mask: Tensor) -> list[Masked]:
        """The input and the output of every level, finest first."""
        # what an image holds where it is not valid may be NaN, which stays NaN times 0
        levels = [Masked(torch.where(mask.bool(), features, 0), mask)]
        for block in self.blocks:
            levels.append(block(levels[-1]))
        return levels


class PartialConvDecoder(nn.Module):
    """Doubles the size at every level, with the skips of one encoder.

    Args:
        skip_channels: Channels of the skips, such as the encoder's input and its levels, finest first; the last is the
            decoder's start.
        out_channels: Channels of the output.
        upsampling: How features are enlarged, `bilinear` or `nearest`.
    """

    def __init__(self, skip_channels: Sequence[int], out_channels: int, *, upsampling: str) -> None:
        super().__init__()
        self.upsampling = upsampling
        *skips, start = skip_channels
        widths = [start, *reversed(skips[1:]), out_channels]
        self.blocks = nn.ModuleList(
            PartialConvBlock(before + skip, after, 3, stride=1, norm=True, negative_slope=0.2)
            for before, skip, after in zip(widths, reversed(skips), widths[1:], strict=False)
        )

    def forward(self, start: Masked, skips: Sequence[Masked]) -> Masked:
        """Decode to the size of the finest skip.

        Args:
            start: The deepest map, which may come from another encoder.
            skips: What the encoder returned, without the deepest, finest first.

        Returns:
            (B, out_channels, H, W) with its mask.
        """
        current = start
        for block, skip in zip(self.blocks, reversed(skips), strict=True):
            current = block(upsampled(current, self.upsampling), skip)
        return current


def upsampled(current: Masked, mode: str) -> Masked:
    """Double the size: features by `mode`, `bilinear` or `nearest`, masks by nearest neighbour."""
    align = False if mode == "bilinear" else None  # torch refuses a value of it for the other mode
    features = F.interpolate(current.features, scale_factor=2, mode=mode, align_corners=align)
    return Masked(features, F.interpolate(current.mask, scale_factor=2, mode="nearest"))
