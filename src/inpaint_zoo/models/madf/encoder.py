"""MADF's encoder: mask-aware dynamic filtering, level by level, and the skips to the decoders."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.layers.mask_aware_dynamic_filter import MaskAwareDynamicFilter

KERNEL_SIZES = (7, 5)
"""Of the first levels; later ones are 3."""


class EncoderBlock(nn.Module):
    """One level.

    Args:
        in_channels: Channels of the image's features.
        out_channels: Channels of the result.
        mask_in_channels: Channels of the mask features of the level before.
        mask_channels: Channels of this level's mask features.
        kernel_size: Of the mask's convolution and of the filters, odd.
    """

    def __init__(
        self, in_channels: int, out_channels: int, mask_in_channels: int, mask_channels: int, *, kernel_size: int
    ) -> None:
        super().__init__()


class MaskAwareEncoderBlock(EncoderBlock):
    """The mask's features predict the filters, of stride 2, for the image's features."""

    def __init__(
        self, in_channels: int, out_channels: int, mask_in_channels: int, mask_channels: int, *, kernel_size: int
    ) -> None:
        super().__init__(in_channels, out_channels, mask_in_channels, mask_channels, kernel_size=kernel_size)
        self.mask_conv = nn.Conv2d(mask_in_channels, mask_channels, kernel_size, stride=2, padding=kernel_size // 2)
        self.dynamic_filter = MaskAwareDynamicFilter(
            in_channels, out_channels, mask_channels=mask_channels, kernel_size=kernel_size, stride=2
        )

    def forward(self, features: Tensor, mask_features: Tensor) -> tuple[Tensor, Tensor]:
        """This level's features and mask features, both at half the size."""
        mask_features = F.relu(self.mask_conv(mask_features))
        # the published network has a batch normalisation here that it never applies
        return F.relu(self.dynamic_filter(features, mask_features)), mask_features


class OrdinaryEncoderBlock(EncoderBlock):
    """An ordinary convolution of stride 2 of the image's features; the mask is known from the network's input only."""

    def __init__(
        self, in_channels: int, out_channels: int, mask_in_channels: int, mask_channels: int, *, kernel_size: int
    ) -> None:
        super().__init__(in_channels, out_channels, mask_in_channels, mask_channels, kernel_size=kernel_size)
        self.conv = nn.Conv2d(in_channels, out_channels, kernel_size, stride=2, padding=kernel_size // 2)

    def forward(self, features: Tensor, mask_features: Tensor) -> tuple[Tensor, Tensor]:
        """This level's features, at half the size, and the mask features as they are."""
        return F.relu(self.conv(features)), mask_features


FILTERINGS = {"dynamic": MaskAwareEncoderBlock, "ordinary": OrdinaryEncoderBlock}
"""How a level is filtered, by the name that a configuration uses."""


class MaskAwareEncoder(nn.Module):
    """Blocks that halve the size; a 1 × 1 convolution of the features of each is a skip.

    Args:
        in_channels: Channels of the known part of the image together with its valid-mask.
        skip_channels: Channels of the skips, fine to coarse; the features have a quarter as many.
        mask_channels: Channels of the mask's features at every level.
        block: A class of `FILTERINGS`.
    """

    def __init__(
        self, in_channels: int, skip_channels: Sequence[int], *, mask_channels: int, block: type[EncoderBlock]
    ) -> None:
        super().__init__()
        widths = [in_channels, *(channels // 4 for channels in skip_channels)]
        mask_widths = [3, *[mask_channels] * len(skip_channels)]
        kernel_sizes = [*KERNEL_SIZES, *[3] * len(skip_channels)]
        self.blocks = nn.ModuleList(
            block(*features, *mask, kernel_size=kernel_size)
            for features, mask, kernel_size in zip(pairwise(widths), pairwise(mask_widths), kernel_sizes, strict=False)
        )
        self.skips = nn.ModuleList(nn.Conv2d(channels // 4, channels, 1) for channels in skip_channels)

    def forward(self, features: Tensor, mask_features: Tensor) -> list[Tensor]:
        """The skips s_1, s_2, …, each half the size of the one before.

        Args:
            features: e_0, (B, Cin, H, W).
            mask_features: m_0, 1 where the image is known, (B, 3, H, W).
        """
        skips = []
        for block, skip in zip(self.blocks, self.skips, strict=True):
            features, mask_features = block(features, mask_features)
            skips.append(F.relu(skip(features)))
        return skips
