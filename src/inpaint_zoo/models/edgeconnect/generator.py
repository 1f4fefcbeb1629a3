"""The generator that both stages of EdgeConnect have: an encoder, dilated residual blocks, a decoder."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from inpaint_zoo.layers.init import init_normal
from inpaint_zoo.layers.residual_blocks import DilatedResidualBlock, convolution_block, upsampling_block


class ResidualGenerator(nn.Module):
    """Maps images to images of the same size, without an activation at the end.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        base_channels: Channels at full resolution; 2 and 4 times as many at 1/2 and 1/4.
        num_residual_blocks: Dilated residual blocks at 1/4.
        residual_bias: Whether the convolutions of the residual blocks have a bias.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        *,
        base_channels: int,
        num_residual_blocks: int,
        residual_bias: bool,
    ) -> None:
        super().__init__()
        width = base_channels
        self.encoder = nn.Sequential(
            convolution_block(in_channels, width, 7, reflect=3),
            convolution_block(width, 2 * width, 4, stride=2, padding=1),
            convolution_block(2 * width, 4 * width, 4, stride=2, padding=1),
        )
        self.residual_blocks = nn.Sequential(
            *(DilatedResidualBlock(4 * width, bias=residual_bias) for _ in range(num_residual_blocks))
        )
        self.decoder = nn.Sequential(upsampling_block(4 * width, 2 * width), upsampling_block(2 * width, width))
        self.output = nn.Sequential(nn.ReflectionPad2d(3), nn.Conv2d(width, out_channels, 7))
        init_normal(self)

    def forward(self, image: Tensor) -> Tensor:
        """(B, in_channels, H, W) to (B, out_channels, H, W); sides are multiples of 4, at least 12."""
        features = self.encoder(image.contiguous(memory_format=torch.channels_last))
        made: Tensor = self.output(self.decoder(self.residual_blocks(features)))
        return made
