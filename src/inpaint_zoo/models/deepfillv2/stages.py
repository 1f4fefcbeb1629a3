"""The two stages of DeepFillv2: gated convolutions, and contextual attention in the second one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.layers.contextual_attention import contextual_attention
from inpaint_zoo.layers.gated_conv import GatedConv2d, UpsamplingGatedConv2d
from inpaint_zoo.models.deepfillv2.resampling import Resampling, shrunk

FIRST_KERNEL_SIZE, KERNEL_SIZE = 5, 3
QUARTER = 4
"""The attention is computed at a quarter of the size, between positions at an eighth."""


def encoder(in_channels: int, widths: Sequence[int], rule: Resampling) -> list[nn.Module]:
    """Gated convolutions to a quarter of the size; the second and the fourth one halve it.

    Args:
        in_channels: Channels of the input.
        widths: Channels of the four outputs.
        rule: How a side is padded before it is halved.
    """
    layers: list[nn.Module] = [GatedConv2d(in_channels, widths[0], FIRST_KERNEL_SIZE)]
    for number, (before, after) in enumerate(pairwise(widths)):
        stride = 1 if number % 2 else 2
        padding = rule.padding(2 * KERNEL_SIZE, KERNEL_SIZE, stride)  # that of any even side
        layers.append(GatedConv2d(before, after, KERNEL_SIZE, stride=stride, padding=padding))
    return layers


def dilated(channels: int, dilations: Iterable[int]) -> list[nn.Module]:
    """Gated convolutions of growing dilation."""
    return [GatedConv2d(channels, channels, KERNEL_SIZE, dilation=dilation) for dilation in dilations]


def decoder(in_channels: int, width: int) -> list[nn.Module]:
    """Gated convolutions from a quarter of the size to the whole, and a plain one to the image.

    Args:
        in_channels: Channels of the input.
        width: Channels at full size, even; twice and four times as many at 1/2 and 1/4.
    """
    return [
        GatedConv2d(in_channels, 4 * width, KERNEL_SIZE),
        GatedConv2d(4 * width, 4 * width, KERNEL_SIZE),
        UpsamplingGatedConv2d(4 * width, 2 * width),
        GatedConv2d(2 * width, 2 * width, KERNEL_SIZE),
        UpsamplingGatedConv2d(2 * width, width),
        GatedConv2d(width, width // 2, KERNEL_SIZE),
        nn.Conv2d(width // 2, 3, KERNEL_SIZE, padding=1),
    ]


class CoarseStage(nn.Sequential):
    """From the known pixels, a plane of ones and the mask to the coarse image, before the last activation."""

    def __init__(self, width: int, dilations: Sequence[int], rule: Resampling) -> None:
        super().__init__(
            *encoder(5, [width, 2 * width, 2 * width, 4 * width], rule),
            *(GatedConv2d(4 * width, 4 * width, KERNEL_SIZE) for _ in range(2)),
            *dilated(4 * width, dilations),
            *decoder(4 * width, width),
        )


class RefinementStage(nn.Module):
    """From the coarse image in the hole of the known one to the refined image: a dilated and an attentive branch.

    Args:
        width: Channels at full size, even.
        dilations: Of the dilated branch.
        rule: The flavour of padding and resizing.
        fusion: See `contextual_attention`.
    """

    def __init__(self, width: int, dilations: Sequence[int], rule: Resampling, *, fusion: bool) -> None:
        super().__init__()
        self.rule, self.fusion = rule, fusion
        self.dilated = nn.Sequential(
            *encoder(3, [width, width, 2 * width, 2 * width], rule),
            GatedConv2d(2 * width, 4 * width, KERNEL_SIZE),
            GatedConv2d(4 * width, 4 * width, KERNEL_SIZE),
            *dilated(4 * width, dilations),
        )
        self.before_attention = nn.Sequential(
            *encoder(3, [width, width, 2 * width, 4 * width], rule),
            GatedConv2d(4 * width, 4 * width, KERNEL_SIZE),
            GatedConv2d(4 * width, 4 * width, KERNEL_SIZE, activation=F.relu),
        )
        self.after_attention = nn.Sequential(*(GatedConv2d(4 * width, 4 * width, KERNEL_SIZE) for _ in range(2)))
        self.decoder = nn.Sequential(*decoder(8 * width, width))

    def forward(self, image: Tensor, mask: Tensor) -> Tensor:
        """From images (B, 3, H, W) and masks (B, 1, H, W), 1 = hole, to (B, 3, H, W) before the last activation."""
        attended = self.after_attention(self.attend(self.before_attention(image), mask))
        refined: Tensor = self.decoder(torch.cat([self.dilated(image), attended], 1))
        return refined

    def attend(self, features: Tensor, mask: Tensor) -> Tensor:
        """Contextual attention of features (B, C, H/4, W/4) to those patches that see nothing of the hole."""
        return contextual_attention(features, shrunk(features, 2, self.rule), self.allowed(mask), fusion=self.fusion)

    def allowed(self, mask: Tensor) -> Tensor:
        """Which positions are keys, (B, 1, H/8, W/8) of 0 and 1: those whose 3x3 neighbours are all known."""
        small = shrunk(shrunk(mask, QUARTER, self.rule), 2, self.rule)
        return 1 - F.max_pool2d(small, 3, 1, 1)
