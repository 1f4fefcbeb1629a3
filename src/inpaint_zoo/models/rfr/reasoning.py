"""The feature reasoning module: a U-shaped network with attention, which every recurrence runs on its features."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

from inpaint_zoo.models.rfr.attention import Attended, KnowledgeConsistentAttention

LEAKY_SLOPE = 0.2
"""Of the leaky ReLU in the decoder; outside of the module it is `network.LEAKY_SLOPE`."""
NUM_HALVED, NUM_DILATED = 3, 3
"""Levels of the encoder that halve the size, and dilated levels behind them."""


def encoder_block(in_channels: int, out_channels: int, *, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    """3x3 convolution without bias, batch normalisation, ReLU."""
    return nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, stride, dilation, dilation, bias=False),
        nn.BatchNorm2d(out_channels),
        nn.ReLU(inplace=True),
    )


def decoder_block(in_channels: int, out_channels: int, *, doubles: bool) -> nn.Sequential:
    """3x3 convolution of dilation 2, or 4x4 transposed one of stride 2; batch normalisation, leaky ReLU."""
    convolution: nn.Module = (
        nn.ConvTranspose2d(in_channels, out_channels, 4, 2, 1, bias=False)
        if doubles
        else nn.Conv2d(in_channels, out_channels, 3, 1, 2, 2, bias=False)
    )
    return nn.Sequential(convolution, nn.BatchNorm2d(out_channels), nn.LeakyReLU(LEAKY_SLOPE, inplace=True))


class FeatureReasoning(nn.Module):
    """Encoder to 1/8 of its input's size, decoder with skips, attention in the decoder at 1/4.

    Args:
        channels: Channels of input and output; 2, 4 and 8 times as many deeper.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        halved = [channels * 2**level for level in range(NUM_HALVED + 1)]
        deepest = halved[-1]
        self.encoder = nn.ModuleList(
            [
                *(encoder_block(before, after, stride=2) for before, after in pairwise(halved)),
                *(encoder_block(deepest, deepest, dilation=2) for _ in range(NUM_DILATED)),
            ]
        )
        self.before_attention = nn.ModuleList(
            [
                *(decoder_block(2 * deepest, deepest, doubles=False) for _ in range(NUM_DILATED - 1)),
                decoder_block(2 * deepest, deepest, doubles=True),
            ]
        )
        self.attention = KnowledgeConsistentAttention(deepest)
        self.after_attention = nn.ModuleList(
            [
                decoder_block(deepest + halved[2], halved[2], doubles=True),
                decoder_block(halved[2] + halved[1], channels, doubles=True),
            ]
        )

    def forward(self, features: Tensor, known: Tensor, before: Attended | None) -> tuple[Tensor, Attended]:
        """Reason about what is missing; `known` is (B, 1, h/4, w/4), for `before` see `KnowledgeConsistentAttention`.

        Returns:
            (B, channels, h, w), and what the attention passes on.
        """
        skips = []
        for block in self.encoder:
            features = block(features)
            skips.append(features)
        del skips[-1]
        for block in self.before_attention:
            features = block(torch.cat([features, skips.pop()], 1))
        features, passed_on = self.attention(features, known, before)
        for block in self.after_attention:
            features = block(torch.cat([features, skips.pop()], 1))
        return features, passed_on
