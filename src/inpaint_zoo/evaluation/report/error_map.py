"""Error maps: the absolute error of a composite at every pixel, as colours."""

from __future__ import annotations

import cv2
import numpy as np

from inpaint_zoo.evaluation.report.grid import fit
from inpaint_zoo.images.arrays import ImageArray

ERROR_SCALE = 64
"""Error in 8-bit steps from which on the last colour is used: a quarter of the full range."""
_LEVELS = np.arange(256, dtype=np.uint8)[None]
_COLORS: ImageArray = np.asarray(cv2.applyColorMap(_LEVELS, cv2.COLORMAP_INFERNO), np.uint8)[0, :, ::-1]


def error_map(target: ImageArray, composite: ImageArray, size: int) -> ImageArray:
    """Colour the absolute error, averaged over the channels.

    Args:
        target: (H, W, 3), the original.
        composite: (H, W, 3).
        size: Longer side of the map in pixels, at most.

    Returns:
        (h, w, 3): black where there is no error, then purple, orange, and light yellow from `ERROR_SCALE` on.
    """
    error = np.abs(target.astype(np.int16) - composite).mean(axis=2)
    levels = np.rint(np.minimum(error / ERROR_SCALE, 1) * 255).astype(np.uint8)
    if max(levels.shape) > size:
        levels = np.asarray(fit(levels, size))  # resized before it is coloured, because the colour map is not linear
    colored: ImageArray = _COLORS[levels]
    return colored


def legend_stops(count: int = 9) -> list[str]:
    """Evenly spaced colours from no error to `ERROR_SCALE`, as hexadecimal codes for a gradient."""
    places = np.linspace(0, 255, count).round().astype(int)
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in _COLORS[places]]
