"""Mask-aware dynamic filtering: convolution with a filter at every position that is predicted from the mask.

Source: M. Zhu et al., "Image Inpainting by End-to-End Cascaded Refinement with Mask Awareness", IEEE TIP 2021.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class MaskAwareDynamicFilter(nn.Module):
    """Applies to every k × k window the filter that a 1 × 1 convolution predicts from the mask's features.

    A predicted filter is affine in the mask's features m_1, … m_M, and filtering is linear in the filter, so

        y = conv(x; W_0) + Σ_j m_j ⊙ conv(x; W_j),

    where W_j is column j of the predicting convolution's weight and W_0 its bias. One ordinary convolution does all M +
    1 filterings, so that the filters of the positions are never in memory.

    Args:
        in_channels: Channels of the features to filter.
        out_channels: Channels of the result.
        mask_channels: M, channels of the mask's features.
        kernel_size: k, odd; padding is k ÷ 2 zeros.
        stride: Step between windows; the mask's features have the result's resolution.
    """

    def __init__(
        self, in_channels: int, out_channels: int, *, mask_channels: int, kernel_size: int, stride: int
    ) -> None:
        super().__init__()
        self.num_filters = mask_channels + 1
        self.filter_bank = nn.Conv2d(
            in_channels, self.num_filters * out_channels, kernel_size, stride, padding=kernel_size // 2, bias=False
        )
        """W_0, W_1, … W_M, `out_channels` filters each."""
        # as PyTorch initialises the predicting 1 × 1 convolution, whose fan-in is M
        nn.init.uniform_(self.filter_bank.weight, -(mask_channels**-0.5), mask_channels**-0.5)

    def forward(self, features: Tensor, mask_features: Tensor) -> Tensor:
        """Filter.

        Args:
            features: (B, Cin, H, W).
            mask_features: (B, M, H / stride, W / stride).

        Returns:
            (B, Cout, H / stride, W / stride), without any activation.
        """
        filtered = self.filter_bank(features)
        batch, _, height, width = filtered.shape
        positions = batch * height * width
        factors = F.pad(mask_features.permute(0, 2, 3, 1), (1, 0), value=1.0).reshape(positions, 1, self.num_filters)
        # a row times a matrix at every position: views without copies if memory is channels-last
        by_position = filtered.permute(0, 2, 3, 1).reshape(positions, self.num_filters, -1)
        return torch.bmm(factors, by_position).reshape(batch, height, width, -1).permute(0, 3, 1, 2)
