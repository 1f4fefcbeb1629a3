"""Point-wise normalisation: batch normalisation with a scale and a shift predicted per position from a guide.

Source: M. Zhu et al., "Image Inpainting by End-to-End Cascaded Refinement with Mask Awareness", IEEE TIP 2021.
"""

from __future__ import annotations

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
