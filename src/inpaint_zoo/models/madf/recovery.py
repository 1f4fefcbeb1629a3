"""MADF's recovery decoder: from the skips to the first, coarse image."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.models.madf.upsampling import Upsampling

LEAKY_SLOPE = 0.2
"""Of the leaky ReLU in all decoders."""


class RecoveryDecoder(nn.Module):
    """A block for every skip, then a convolution of the result and the network's input to the coarse image.

    Args:
        skip_channels: Channels of the skips, fine to coarse.
        input_channels: Channels of the network's input, which is used as the finest skip.
    """

    def __init__(self, skip_channels: Sequence[int], input_channels: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(RecoveryBlock(below, here) for below, here in pairwise(skip_channels[::-1]))
        self.up_image = Upsampling(skip_channels[0], 3)
        self.merge_image = nn.Conv2d(input_channels + 3, 3, 3, padding=1)

    def forward(self, known: Tensor, skips: Sequence[Tensor]) -> tuple[Tensor, list[Tensor]]:
        """The coarse image (B, 3, H, W), and the maps of the blocks (u_7, … u_2), coarse to fine.

        Args:
            known: e_0, (B, Cin, H, W).
            skips: s_1, s_2, …, fine to coarse.
        """
        *finer, x = skips
        maps = []
        for block, skip in zip(self.blocks, reversed(finer), strict=True):
            x = block(x, skip)
            maps.append(x)
        return self.merge_image(torch.cat([known, self.up_image(x)], dim=1)), maps


class RecoveryBlock(nn.Module):
    """Doubles the size and merges the skip of that size.

    Args:
        in_channels: Channels of the level below.
        out_channels: Channels of the result and of the skip.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.up = Upsampling(in_channels, out_channels)
        self.norm = nn.BatchNorm2d(out_channels)
        self.merge = nn.Conv2d(2 * out_channels, out_channels, 3, padding=1)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        """From `x` (B, Cin, H, W) and `skip` (B, Cout, 2H, 2W) to (B, Cout, 2H, 2W)."""
        upsampled = F.leaky_relu(self.norm(self.up(x)), LEAKY_SLOPE)
        return F.relu(self.merge(torch.cat([skip, upsampled], dim=1)))
