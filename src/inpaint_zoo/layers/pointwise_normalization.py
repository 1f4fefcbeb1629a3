"""Point-wise normalisation: batch normalisation with a scale and a shift predicted per position from a guide.

Source: M. Zhu et al., "Image Inpainting by End-to-End Cascaded Refinement with Mask Awareness", IEEE TIP 2021.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class PointwiseNormalization(nn.Module):
    """`BN(x) · (1 + γ) + β` with a γ and a β for every channel and position, both predicted from a guide.

    γ and β are 3 × 3 convolutions of a shared map t = ReLU(conv(guide)); the batch normalisation has no affine
    parameters.

    Args:
        num_channels: Channels of x.
        guide_channels: Channels of the guide.
        shared_channels: Channels of t.
    """

    def __init__(self, num_channels: int, *, guide_channels: int, shared_channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(num_channels, affine=False)
        self.shared = nn.Conv2d(guide_channels, shared_channels, 3, padding=1)
        self.scale = nn.Conv2d(shared_channels, num_channels, 3, padding=1)
        self.shift = nn.Conv2d(shared_channels, num_channels, 3, padding=1)

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:
        """Normalise.

        Args:
            x: (B, C, H, W).
            guide: (B, G, H, W).

        Returns:
            (B, C, H, W).
        """
        shared = F.relu(self.shared(guide))
        normalised = self.norm(x)
        return torch.addcmul(normalised + self.shift(shared), normalised, self.scale(shared))


class UnguidedNormalization(nn.BatchNorm2d):
    """Ordinary batch normalisation in the place of a point-wise one.

    Args:
        num_channels: Channels of x.
        guide_channels: Not used.
        shared_channels: Not used.
    """

    def __init__(self, num_channels: int, *, guide_channels: int, shared_channels: int) -> None:
        super().__init__(num_channels)

    def forward(self, x: Tensor, guide: Tensor) -> Tensor:  # type: ignore[override]
        """Normalise x (B, C, H, W); the guide is not used."""
        return super().forward(x)


NORMALIZATIONS: Mapping[str, type[PointwiseNormalization | UnguidedNormalization]] = {
    "pointwise": PointwiseNormalization,
    "batch": UnguidedNormalization,
}
"""Normalisations with a guide, by the name that a configuration uses."""
