"""Contextual feature aggregation (CFA of CTSDG, arXiv 2108.09760): patch attention, then several dilations."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.layers.attention import attend


class MultiScaleAggregation(nn.Module):
    """Convolutions with several dilations, mixed by weights for each position (CTSDG's CFA).

    Args:
        channels: Channels of input and output.
        dilations: Dilation of each convolution (published: 1, 2, 4, 8).
    """

    def __init__(self, channels: int, dilations: Sequence[int]) -> None:
        super().__init__()
        self.scales = nn.ModuleList(nn.Conv2d(channels, channels, 3, 1, dilation, dilation) for dilation in dilations)
        self.weight_hidden = nn.Conv2d(channels, channels, 3, 1, 1)
        self.weight_output = nn.Conv2d(channels, len(dilations), 1)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, H, W)."""
        hidden = F.relu_(self.weight_hidden(features))
        weights = F.relu_(self.weight_output(hidden)).softmax(1)
        mixed = torch.zeros_like(features)
        for scale, weight in zip(self.scales, weights.split(1, dim=1), strict=True):
            mixed = torch.addcmul(mixed, F.relu_(scale(features)), weight)
        return mixed


class ContextualAttention(nn.Module):
    """Patch self-attention of a map alone.

    Args:
        channels: Channels of input and output.
        dilations: Not used.
    """

    def __init__(self, channels: int, dilations: Sequence[int]) -> None:
        super().__init__()
        self.out_channels = channels

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) with even sides to (B, C, H, W)."""
        return attend(features)


class NoAttention(nn.Module):
    """Adds nothing to a map; arguments as of `ContextualAttention`."""

    out_channels = 0

    def __init__(self, channels: int, dilations: Sequence[int]) -> None:
        super().__init__()

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, 0, H, W)."""
        return features[:, :0]


class ContextualFeatureAggregation(nn.Module):
    """Patch self-attention of a map, then aggregation over dilations (CTSDG's CFA).

    Args:
        channels: Channels of input and output.
        dilations: Dilations of the aggregation.
    """

    def __init__(self, channels: int, dilations: Sequence[int]) -> None:
        super().__init__()
        self.out_channels = channels
        self.aggregation = MultiScaleAggregation(channels, dilations)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) with even sides to (B, C, H, W)."""
        aggregated: Tensor = self.aggregation(attend(features))
        return aggregated
