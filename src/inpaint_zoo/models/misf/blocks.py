"""The block of MISF's kernel prediction branch; those of its filtered branch are in `layers.residual_blocks`."""

from __future__ import annotations

from torch import nn


class ConvBlock(nn.Sequential):
    """Three times a 3x3 convolution and a ReLU (the block of the kernel prediction branch)."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        layers: list[nn.Module] = []
        for channels in (in_channels, out_channels, out_channels):
            layers += [nn.Conv2d(channels, out_channels, 3, padding=1), nn.ReLU(inplace=True)]
        super().__init__(*layers)
