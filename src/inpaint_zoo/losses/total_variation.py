"""Total variation of an image."""

from __future__ import annotations

from torch import Tensor


def total_variation(image: Tensor) -> Tensor:
    """Mean absolute difference of horizontal neighbours plus that of vertical neighbours; a scalar.

    Args:
        image: (B, C, H, W), at least 2 x 2.
    """
    horizontal = (image[..., :, 1:] - image[..., :, :-1]).abs().mean()
    vertical = (image[..., 1:, :] - image[..., :-1, :]).abs().mean()
    return horizontal + vertical
