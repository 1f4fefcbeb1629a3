"""The branch of MISF that predicts its filters."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from inpaint_zoo.layers.per_pixel_filter import SHARING
from inpaint_zoo.models.misf.blocks import ConvBlock


class Nothing(nn.Module):
    """Stands in the place of a part that a variant does not have."""

    def forward(self, *_: Tensor | None) -> None:
        """None, whatever is given."""
        return


class PooledBlock(ConvBlock):
    """A `ConvBlock` at half the size of what it is given."""

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C', H/2, W/2)."""
        output: Tensor = super().forward(F.avg_pool2d(features, 2))  # type: ignore[no-untyped-call]
        return output


class IndependentBlock(PooledBlock):
    """A `PooledBlock` that leaves the encoder's features aside."""

    def forward(self, features: Tensor, encoded: Tensor) -> Tensor:  # type: ignore[override]
        """(B, C, H, W) to (B, C', H/2, W/2)."""
        return super().forward(features)


class InteractiveBlock(IndependentBlock):
    """A `PooledBlock`, and the encoder's features beside its result."""

    def forward(self, features: Tensor, encoded: Tensor) -> Tensor:  # type: ignore[override]
        """(B, C, H, W) and (B, C', H/2, W/2) to (B, 2C', H/2, W/2)."""
        return torch.cat([super().forward(features, encoded), encoded], 1)


class FeatureKernelBranch(nn.Module):
    """Predicts the filters of features from the damaged image; it goes as deep as they do.

    Args:
        base_channels: As in `MISFNetwork`.
        levels: As `filtered_levels` of `MISFNetwork`.
        kernel_size: As in `MISFNetwork`.
        interactive: As in `MISFNetwork`.
    """

    DEEPEST = 0
    """The level that is needed for other reasons than the filtered ones."""

    def __init__(self, *, base_channels: int, levels: Sequence[int], kernel_size: int, interactive: bool) -> None:
        super().__init__()
        width, taps = base_channels, kernel_size**2
        deepest = max([self.DEEPEST, *levels])
        self.half_width = (4 if interactive else 2) * width
        half_block = InteractiveBlock if interactive else IndependentBlock
        self.at_full = ConvBlock(4, width) if deepest >= 1 else Nothing()
        self.at_half = half_block(width, 2 * width) if deepest >= 2 else Nothing()
        self.at_quarter = PooledBlock(self.half_width, 4 * width) if deepest >= 3 else Nothing()
        self.feature_kernels = nn.Conv2d(4 * width, taps * 4 * width // SHARING, 1) if 3 in levels else Nothing()
        self.half_kernels = nn.Conv2d(self.half_width, taps * 2 * width // SHARING, 1) if 2 in levels else Nothing()
        self.full_kernels = nn.Conv2d(width, taps * width // SHARING, 1) if 1 in levels else Nothing()

    def for_image(self, full: Tensor | None, half: Tensor | None, quarter: Tensor | None) -> Tensor | None:
        """The kernels of the image: none."""
        return None


class KernelPredictionBranch(FeatureKernelBranch):
    """The U-shaped branch that predicts the filters of features and of the image."""

    DEEPEST = 3

    def __init__(self, *, base_channels: int, levels: Sequence[int], kernel_size: int, interactive: bool) -> None:
        super().__init__(base_channels=base_channels, levels=levels, kernel_size=kernel_size, interactive=interactive)
        width = base_channels
        self.bottom = ConvBlock(4 * width, 8 * width)
        self.up_quarter = ConvBlock(12 * width, 4 * width)
        self.up_half = ConvBlock(4 * width + self.half_width, 2 * width)
        self.up_full = ConvBlock(3 * width, width)
        self.image_kernels = nn.Conv2d(width, 3 * kernel_size**2, 1)

    def for_image(self, full: Tensor, half: Tensor, quarter: Tensor) -> Tensor:  # type: ignore[override]
        """The kernels of the image, (B, 3·kernel_size², H, W); channel n, tap k at kernel_size²·n + k."""
        decoded = self.up_quarter(torch.cat([quarter, self.bottom(quarter)], 1))
        decoded = self.up_half(torch.cat([half, _twice(decoded)], 1))
        decoded = self.up_full(torch.cat([full, _twice(decoded)], 1))
        kernels: Tensor = self.image_kernels(decoded)
        return kernels


def _twice(features: Tensor) -> Tensor:
    return F.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
