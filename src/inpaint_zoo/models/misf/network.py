"""The generator of MISF.

Paper: X. Li et al., "MISF: Multi-level Interactive Siamese Filtering for High-Fidelity Image Inpainting", CVPR 2022,
arXiv 2203.06304. Written from the paper's facts; the authors' code carries no licence and was not used.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.checks import at_least
from inpaint_zoo.layers.init import init_normal
from inpaint_zoo.layers.per_pixel_filter import NUM_TAPS, SharedKernelFilter, filter_per_pixel
from inpaint_zoo.models.misf.blocks import (
    ConvBlock,
    DilatedResidualBlock,
    convolution_block,
    upsampling_block,
)
from inpaint_zoo.models.network import InpaintingNetwork


class MISFNetwork(InpaintingNetwork):
    """Predicts filters from the damaged image and applies them to deep features and to the decoded image.

    Args:
        base_channels: Channels at full resolution (published: 64); 2 and 4 times as many at 1/2 and 1/4.
        num_residual_blocks: Dilated residual blocks at 1/4 (published: 8).

    Raises:
        InputError: An argument is too small.
    """

    stride = 4
    minimum_size = 12

    def __init__(self, *, base_channels: int, num_residual_blocks: int) -> None:
        super().__init__()
        width = at_least(1, base_channels, "network.base_channels")
        at_least(0, num_residual_blocks, "network.num_residual_blocks")
        self.encoder0 = convolution_block(4, width, 7, reflect=3)
        self.encoder1 = convolution_block(width, 2 * width, 4, stride=2, padding=1)
        self.encoder2 = convolution_block(2 * width, 4 * width, 4, stride=2, padding=1)
        self.kernel_prediction = KernelPredictionBranch(base_channels=width)
        self.filter_features = SharedKernelFilter(channels=4 * width)
        self.residual_blocks = nn.Sequential(*(DilatedResidualBlock(4 * width) for _ in range(num_residual_blocks)))
        self.decoder = nn.Sequential(
            upsampling_block(4 * width, 2 * width),
            upsampling_block(2 * width, width),
            nn.ReflectionPad2d(3),
            nn.Conv2d(width, 3, 7),
        )
        init_normal(self)
        self.to(memory_format=torch.channels_last)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        """Fill the holes; see `InpaintingNetwork.forward`."""
        seen, hole = self.check(image, mask)
        output = self.generate(seen, hole)
        return Prediction(output, composite(output, image, mask), {})

    def generate(self, image: Tensor, mask: Tensor) -> Tensor:
        """The network's image, (B, 3, H, W) in [0, 1]; arguments as for `forward`."""
        known = torch.cat([torch.where(mask.bool(), 0, image), mask], 1).contiguous(memory_format=torch.channels_last)
        half = self.encoder1(self.encoder0(known))
        kernels = self.kernel_prediction(known, half)
        features = self.filter_features(self.encoder2(half), kernels.feature)
        output = self.decoder(self.residual_blocks(features))
        return (torch.tanh(filter_per_pixel(output, kernels.image)) + 1) / 2


class Kernels(NamedTuple):
    """Predicted filters of both levels."""

    feature: Tensor
    """(B, 9·base_channels, H/4, W/4), one value for every four feature channels and tap."""
    image: Tensor
    """(B, 27, H, W), channel n, tap k at 9n + k."""


class KernelPredictionBranch(nn.Module):
    """The U-shaped branch that predicts the filters of both levels from the damaged image.

    Args:
        base_channels: As in `MISFNetwork`.
    """

    def __init__(self, *, base_channels: int) -> None:
        super().__init__()
        width = base_channels
        self.at_full = ConvBlock(4, width)
        self.at_half = ConvBlock(width, 2 * width)
        self.at_quarter = ConvBlock(4 * width, 4 * width)
        self.feature_kernels = nn.Conv2d(4 * width, NUM_TAPS * width, 1)
        self.bottom = ConvBlock(4 * width, 8 * width)
        self.up_quarter = ConvBlock(12 * width, 4 * width)
        self.up_half = ConvBlock(8 * width, 2 * width)
        self.up_full = ConvBlock(3 * width, width)
        self.image_kernels = nn.Conv2d(width, 3 * NUM_TAPS, 1)

    def forward(self, known: Tensor, encoded_half: Tensor) -> Kernels:
        """Predict the filters.

        Args:
            known: (B, 4, H, W), damaged image and mask.
            encoded_half: (B, 2·base_channels, H/2, W/2), the features of the encoder at half size.
        """
        full = self.at_full(known)
        half = torch.cat([self.at_half(F.avg_pool2d(full, 2)), encoded_half], 1)
        quarter = self.at_quarter(F.avg_pool2d(half, 2))
        feature_kernels = self.feature_kernels(quarter)
        decoded = self.up_quarter(torch.cat([quarter, self.bottom(quarter)], 1))
        decoded = self.up_half(torch.cat([half, _twice(decoded)], 1))
        decoded = self.up_full(torch.cat([full, _twice(decoded)], 1))
        return Kernels(feature_kernels, self.image_kernels(decoded))


def _twice(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
