"""Masks of files, turned and mirrored at random."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.checks import probability, whole_number
from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.drawing.directions import COSINES, SINES, UNIT
from inpaint_zoo.masks.generator import MaskRequest, draw_integers

_UNIT = 1 << 30


class Turning:
    """Turns and mirrors masks at random in training; evaluation sees every mask as it is in its file.

    Args:
        rotation: Largest angle in whole degrees, to either side, in [0, 180].
        flip_probability: Probability of mirroring left to right.

    Raises:
        InputError: A value is out of range.
    """

    def __init__(self, *, rotation: int, flip_probability: float) -> None:
        if not 0 <= whole_number(rotation, "mask.rotation") <= 180:
            raise InputError(f"mask.rotation={rotation} must lie in [0, 180]: the largest angle to either side")
        self.rotation = rotation
        self.flip_probability = probability(flip_probability, "mask.flip_probability")

    def __call__(self, mask: np.ndarray, request: MaskRequest) -> np.ndarray:
        """Turn a mask (1, H, W) of training; nothing is drawn for what is switched off."""
        if request.index is not None:
            return mask
        if self.flip_probability > 0:
            (drawn,) = draw_integers(request.rng, 0, _UNIT - 1, 1)
            mask = mask[..., ::-1] if drawn < round(self.flip_probability * _UNIT) else mask
        if self.rotation > 0:
            # 180 degrees to the left and to the right are the same
            (degrees,) = draw_integers(request.rng, -self.rotation, min(self.rotation, 179), 1)
            mask = rotated(mask[0], degrees)[None]
        return np.ascontiguousarray(mask)


def rotated(mask: np.ndarray, degrees: int) -> np.ndarray:
    """Turn a mask (H, W) around its centre to the left; what comes from outside of it is known.

    Every pixel is the old one under its centre, in integer arithmetic, so that a mask stays binary and every machine
    gives the same pixels.
    """
    height, width = mask.shape
    y, x = 2 * np.arange(height)[:, None] + 1 - height, 2 * np.arange(width) + 1 - width  # half pixels from the centre
    sine, cosine = SINES[degrees % 360], COSINES[degrees % 360]
    # the pixel in which a place lies: half pixels from the corner, halved and rounded down
    rows = (y * cosine + x * sine + UNIT * height) // (2 * UNIT)
    columns = (x * cosine - y * sine + UNIT * width) // (2 * UNIT)
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    turned = np.zeros_like(mask)
    turned[inside] = mask[rows[inside], columns[inside]]
    return turned
