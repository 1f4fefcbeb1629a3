"""Showing holes in an image, and writing text above it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from PIL import ImageDraw, ImageFont

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


class TextStyle(NamedTuple):
    """Size in pixels and colour of a line of text."""

    size: int
    ink: tuple[int, int, int]


def write_line(
    draw: ImageDraw.ImageDraw,
    position: tuple[int, int],
    text: str,
    width: int,
    style: TextStyle,
    *,
    centred: bool = False,
) -> None:
    """Write one line of text, shortened to `width` pixels.

    Args:
        draw: Of the image that is written on.
        position: (left, top) in pixels.
        text: Signs other than ASCII and line breaks are written as escapes.
        width: In pixels.
        style: Of the text.
        centred: Put it into the middle of the width.
    """
    font = ImageFont.load_default(style.size)
    # Pillow's own font has only ASCII; with escapes, different names still look different
    line = text.encode("ascii", "backslashreplace").decode().replace("\n", "\\n").replace("\r", "\\r")
    if draw.textlength(line, font) > width:
        while line and draw.textlength(line + "...", font) > width:
            line = line[:-1]
        line += "..."
    left, top = position
    draw.text((left + (width - draw.textlength(line, font)) / 2 if centred else left, top), line, style.ink, font)
