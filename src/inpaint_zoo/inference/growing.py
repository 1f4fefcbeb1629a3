"""Holes grown by some pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import Hole


def distance_to(hole: Hole) -> NDArray[np.float32]:
    """The distance of every pixel from the nearest pixel of the hole, (H, W) float32 in pixels."""
    return np.asarray(cv2.distanceTransform((~hole).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)


def grow(hole: Hole, pixels: int) -> Hole:
    """Add the pixels at a distance of at most `pixels`.

    Raises:
        InputError: Nothing of the image stays known.
    """
    if pixels == 0 or not hole.any():
        return hole
    larger = np.asarray(distance_to(hole) <= pixels)
    if larger.all():
        raise InputError(f"holes grown by {pixels} pixels leave nothing known: give a smaller grow= or feather=")
    return larger
