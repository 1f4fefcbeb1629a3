"""Small photographs with holes, which an audit makes from those in scikit-image's wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import skimage

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import Hole, ImageArray
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.images.resizing import cover, resize

FILES = ("astronaut.png", "chelsea.png", "coffee.png")


class Picture(NamedTuple):
    """An image with its hole."""

    image: ImageArray
    """(H, W, 3)."""
    hole: Hole
    """(H, W), True = hole."""


@cache
def picture(number: int, height: int, width: int) -> Picture:
    """One of the photographs at a size; those of even numbers have a box as hole, others strokes that touch the border.

    Raises:
        InputError: scikit-image was not installed from its wheel.
    """
    path = Path(skimage.__file__).parent / "data" / FILES[number % len(FILES)]
    if not path.is_file():
        raise InputError(f"scikit-image in {str(path.parent)!r} lacks {path.name}: install scikit-image from its wheel")
    hole = strokes(height, width) if number % 2 else box(height, width)
    image = np.ascontiguousarray(cover(_photograph(path), (height, width), resize))
    for array in (image, hole):
        array.setflags(write=False)
    return Picture(image, hole)


@cache
def _photograph(path: Path) -> ImageArray:
    return read_image(path)


def box(height: int, width: int) -> Hole:
    """A rectangle near the middle, about a fifth of the image."""
    hole = np.zeros((height, width), bool)
    hole[height // 4 : -(-2 * height // 3), width // 3 : -(-3 * width // 4)] = True
    return hole


def strokes(height: int, width: int) -> Hole:
    """A diagonal stroke through the image, and a bar at its right border."""
    row, column = np.mgrid[:height, :width]
    hole: Hole = np.abs(row / height - column / width) < 0.08
    hole[height // 8 : max(height // 3, height // 8 + 1), -(-5 * width // 6) :] = True
    return hole


def noise(height: int, width: int) -> ImageArray:
    """What no photograph looks like, (H, W, 3)."""
    return np.random.RandomState(1).randint(0, 256, (height, width, 3)).astype(np.uint8)
