"""Partial convolution (Liu et al., ECCV 2018) with single-channel masks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.runtime.full_precision import full_precision


class MaskGroup(NamedTuple):
    """Channels of a feature map that share one mask."""

    mask: Tensor
    """(B, 1, H, W) float32 of 0 and 1, 1 = valid."""
    num_channels: int
    """How many channels of the feature map have this mask."""


class Coverage(NamedTuple):
    """The part of a partial convolution that depends on the masks only."""

    ratio: Tensor
    """(B, 1, h, w) float32: window size over the number of valid values in it, 0 where there is none."""
    mask: Tensor
    """(B, 1, h, w) float32: 1 where the window holds at least one valid value."""


def coverage(groups: Sequence[MaskGroup], kernel_size: int, stride: int) -> Coverage:
    """Count the valid inputs of every window.

    All channels of a group have the same mask, so one box sum per group, times its channels, equals the paper's
    convolution of the full mask with ones. Sums, counts and ratios are float32 under autocast too, and float64 for
    masks of that type. The published division by the count plus 1e-8 is the same in float32, but an export to ONNX
    leaves out the 1e-8.

    Args:
        groups: The masks of the input, one for each run of channels with equal masks.
        kernel_size: Odd side length of the windows; the padding is half of it.
        stride: Step of the windows.
    """
    with full_precision(groups[0].mask), torch.no_grad():
        count = sum_windows(groups[0], kernel_size, stride)
        for group in groups[1:]:
            count = count + sum_windows(group, kernel_size, stride)
        mask = count.clamp(0, 1)
        size = sum(group.num_channels for group in groups) * kernel_size**2
        return Coverage(size / count.clamp_min(1) * mask, mask)


def sum_windows(group: MaskGroup, kernel_size: int, stride: int) -> Tensor:
    """Sum a mask over each window and its channels; exact, because the sums are small integers."""
    # not divisor_override=1, which the export to ONNX leaves out (torch 2.15)
    mask = group.mask.to(torch.promote_types(group.mask.dtype, torch.float32))
    mean = F.avg_pool2d(mask, kernel_size, stride, kernel_size // 2)
    return (mean * kernel_size**2).round() * group.num_channels


class PartialConv2d(nn.Conv2d):
    """Convolution of valid inputs only, scaled up for the missing ones (Liu et al., 2018, equation 1).

    With zero padding of half the kernel: `y = (conv(x · m) · r + b) · m'`, where m' is 1 for windows with a valid
    input; r is 0 for the others.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: Odd side length of the kernel.
        stride: Step of the windows.
        bias: Whether there is a b.
    """

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: int, stride: int, *, bias: bool = False
    ) -> None:
        super().__init__(in_channels, out_channels, kernel_size, stride, kernel_size // 2, bias=bias)

    def forward(self, masked: Tensor, ratio: Tensor) -> Tensor:  # type: ignore[override]  # r is an input too
        """Convolve.

        Args:
            masked: (B, in_channels, H, W), already multiplied by its masks.
            ratio: (B, 1, h, w), the `coverage` of those masks.

        Returns:
            (B, out_channels, h, w).
        """
        output: Tensor = self._conv_forward(masked, self.weight, None)
        output.mul_(ratio)  # in place: the convolution's backward pass does not need its output
        return output if self.bias is None else output + self.bias[:, None, None] * (ratio > 0)
