"""Error maps: where a composite is wrong, and by how much, as colours."""

from __future__ import annotations

import cv2
import numpy as np

from inpaint_zoo.evaluation.report.grid import fit
from inpaint_zoo.images.arrays import ImageArray

ERROR_SCALE = 64
"""Error in 8-bit steps that gets the last colour, as all larger ones do: a quarter of the full range."""
_LEVELS = np.arange(256, dtype=np.uint8)[None]
_COLORS: ImageArray = np.asarray(cv2.applyColorMap(_LEVELS, cv2.COLORMAP_INFERNO), np.uint8)[0, :, ::-1]


def error_map(target: ImageArray, composite: ImageArray, size: int) -> ImageArray:
    """Colour the absolute error, averaged over the channels.

    Args:
        target: (H, W, 3), the original.
        composite: (H, W, 3).
        size: longer side of the map in pixels; a smaller image keeps its own size.

    Returns:
        (h, w, 3): black where nothing is wrong, over purple and orange to light yellow at `ERROR_SCALE` and above.
    """
    error = np.abs(target.astype(np.int16) - composite).mean(axis=2)
    levels = np.rint(np.minimum(error / ERROR_SCALE, 1) * 255).astype(np.uint8)
    if max(levels.shape) > size:
        levels = np.asarray(fit(levels, size))  # resized before it is coloured: a mean of colours is no colour
    colored: ImageArray = _COLORS[levels]
    return colored


def legend_stops(count: int = 9) -> list[str]:
    """Colours from no error to `ERROR_SCALE`, evenly spaced, as hexadecimal codes for a gradient."""
    places = np.linspace(0, 255, count).round().astype(int)
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in _COLORS[places]]
