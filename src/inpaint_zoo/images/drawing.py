"""Showing holes in an image."""

from __future__ import annotations

import numpy as np

_STRIPE_WIDTH = 4
_STRIPES = np.array([[214, 40, 120], [240, 110, 170]], np.uint8)


def hatch(image: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """Cover holes with diagonal stripes in two shades of pink, unlike anything in a photograph.

    Args:
        image: uint8 (..., H, W, 3), images.
        hole: bool (..., H, W), True = hole.
    """
    rows, columns = np.indices(hole.shape[-2:])
    return np.where(hole[..., None], _STRIPES[(rows + columns) // _STRIPE_WIDTH % 2], image)
