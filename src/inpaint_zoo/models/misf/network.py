"""The generator of MISF.

Paper: X. Li et al., "MISF: Multi-level Interactive Siamese Filtering for High-Fidelity Image Inpainting", CVPR 2022,
arXiv 2203.06304. Written from the paper's facts; the authors' code carries no licence and was not used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.checks import at_least, multiple_of, odd_at_least
from inpaint_zoo.errors import InputError
from inpaint_zoo.layers.init import init_normal
from inpaint_zoo.layers.per_pixel_filter import SHARING, SharedKernelFilter, filter_per_pixel, unfiltered
from inpaint_zoo.layers.residual_blocks import DilatedResidualBlock, convolution_block, upsampling_block
from inpaint_zoo.models.misf.kernel_prediction import FeatureKernelBranch, KernelPredictionBranch
from inpaint_zoo.models.network import InpaintingNetwork

LEVELS = (1, 2, 3)
"""Where features can be filtered: after the encoder's first, second and third block, at 1/1, 1/2 and 1/4."""


class MISFNetwork(InpaintingNetwork):
    """Predicts filters from the damaged image and applies them to deep features and to the decoded image.

    Args:
        base_channels: Channels at full resolution (published: 64); 2 and 4 times as many at 1/2 and 1/4.
        num_residual_blocks: Dilated residual blocks at 1/4 (published: 8).
        filtered_levels: The `LEVELS` whose features are filtered (published: 3); none: no semantic filtering.
        filter_image: Whether the decoded image is filtered (published: yes).
        kernel_size: Side length of the predicted kernels, odd (published: 3).
        interactive: Whether the branch that predicts kernels also sees the encoder's features (published: yes).

    Raises:
        InputError: An argument is too small, or names no level; or the channels of a filtered level are no multiple of
            4.
    """

    stride = 4
    minimum_size = 12

    def __init__(
        self,
        *,
        base_channels: int = 64,
        num_residual_blocks: int = 8,
        filtered_levels: Sequence[int] = (3,),
        filter_image: bool = True,
        kernel_size: int = 3,
        interactive: bool = True,
    ) -> None:
        super().__init__()
        width = at_least(1, base_channels, "network.base_channels")
        at_least(0, num_residual_blocks, "network.num_residual_blocks")
        odd_at_least(1, kernel_size, "network.kernel_size")
        levels = _checked_levels(filtered_levels, width)
        self.encoder0 = convolution_block(4, width, 7, reflect=3)
        self.encoder1 = convolution_block(width, 2 * width, 4, stride=2, padding=1)
        self.encoder2 = convolution_block(2 * width, 4 * width, 4, stride=2, padding=1)
        branch = KernelPredictionBranch if filter_image else FeatureKernelBranch
        self.kernel_prediction = branch(
            base_channels=width, levels=levels, kernel_size=kernel_size, interactive=interactive
        )
        self.filter_full, self.filter_half, self.filter_features = (
            SharedKernelFilter(channels=channels, kernel_size=kernel_size) if level in levels else unfiltered
            for level, channels in zip(LEVELS, (width, 2 * width, 4 * width), strict=True)
        )
        self.filter_image: Callable[[Tensor, Any], Tensor] = filter_per_pixel if filter_image else unfiltered
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
        branch = self.kernel_prediction
        full = branch.at_full(known)
        encoded = self.encoder1(self.filter_full(self.encoder0(known), branch.full_kernels(full)))
        half = branch.at_half(full, encoded)
        quarter = branch.at_quarter(half)
        feature_kernels, image_kernels = branch.feature_kernels(quarter), branch.for_image(full, half, quarter)
        features = self.encoder2(self.filter_half(encoded, branch.half_kernels(half)))
        output = self.decoder(self.residual_blocks(self.filter_features(features, feature_kernels)))
        return (torch.tanh(self.filter_image(output, image_kernels)) + 1) / 2


def _checked_levels(levels: Sequence[int], width: int) -> tuple[int, ...]:
    unknown = [level for level in levels if level not in LEVELS]
    if unknown:
        raise InputError(f"network.filtered_levels names {unknown[0]}: the levels are 1, 2 and 3")
    for level in levels:
        multiple_of(SHARING // min(SHARING, 2 ** (level - 1)), width, "network.base_channels")
    return tuple(levels)
