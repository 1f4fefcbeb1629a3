"""The simplest fill: one colour."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.images.arrays import Hole, ImageArray

MID_GRAY = 128
"""The value that fills an image without any known pixel."""


def fill_mean(image: ImageArray, hole: Hole) -> ImageArray:
    """Fill the hole with the mean of this image's known pixels, per channel, rounded.

    Args:
        image: (H, W, 3); values in the hole are not read.
        hole: (H, W), True = hole.

    Returns:
        (H, W, 3), known pixels bit-identical. An image that is all hole becomes mid gray (128).
    """
    filled = image.copy()
    filled[hole] = MID_GRAY if hole.all() else np.round(image[~hole].mean(axis=0)).astype(np.uint8)
    return filled
