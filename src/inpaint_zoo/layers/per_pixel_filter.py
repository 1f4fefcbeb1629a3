"""Filtering with one 3x3 kernel per position and channel (MISF, "predictive filtering")."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NUM_TAPS = 9


def filter_per_pixel(image: Tensor, kernels: Tensor) -> Tensor:
    """Filter every channel at every position with its own 3x3 kernel.

    `out[n, y, x] = Σ_k kernels[9n + k, y, x] · image[n, y + k÷3 - 1, x + k mod 3 - 1]`, zero padding, kernels not
    normalised.

    Args:
        image: (B, C, H, W).
        kernels: (B, 9·C, H, W).

    Returns:
        (B, C, H, W).
    """
    height, width = image.shape[-2:]
    padded = F.pad(image, (1, 1, 1, 1))
    taps = kernels.unflatten(1, (-1, NUM_TAPS)).unbind(2)
    shifted = (padded[..., k // 3 : k // 3 + height, k % 3 : k % 3 + width] for k in range(NUM_TAPS))
    output = torch.zeros_like(image)
    for tap, neighbour in zip(taps, shifted, strict=True):
        output = output + tap * neighbour
    return output


class SharedKernelFilter(nn.Module):
    """Per-pixel filtering of a feature map with nine kernel values for every four channels.

    MISF predicts 9·C/4 values per position and expands them to 9·C by nearest interpolation over the channel axis, so
    that channel n, tap k uses value (9n + k) ÷ 4. A channel has only three distinct values; the taps that share a value
    are summed first (a fixed depthwise convolution), so that there are three products per channel instead of nine, and
    no expanded tensor.

    Args:
        channels: Channels of the feature map, a multiple of 4.
    """

    sums: Tensor
    values: Tensor

    def __init__(self, *, channels: int) -> None:
        super().__init__()
        channel, tap = torch.meshgrid(torch.arange(channels), torch.arange(NUM_TAPS), indexing="ij")
        value = (NUM_TAPS * channel + tap) // 4
        first = value[:, :1]
        slot = value - first  # 0, 1 or 2: which of the channel's three values a tap uses
        sums = torch.stack([(slot == index).float() for index in range(3)], dim=1)
        values = (first + torch.arange(3)).clamp_max(NUM_TAPS * channels // 4 - 1)
        self.register_buffer("sums", sums.reshape(3 * channels, 1, 3, 3), persistent=False)
        self.register_buffer("values", values.flatten(), persistent=False)

    def forward(self, features: Tensor, kernels: Tensor) -> Tensor:
        """Filter `features`.

        Args:
            features: (B, C, H, W).
            kernels: (B, 9·C/4, H, W).

        Returns:
            (B, C, H, W).
        """
        neighbours = F.conv2d(features, self.sums.to(features.dtype), padding=1, groups=features.shape[1])
        products: Tensor = neighbours * kernels.index_select(1, self.values)
        output: Tensor = products.unflatten(1, (-1, 3)).sum(2)
        return output
