"""The region of an image where the methods differ most, which the page enlarges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.images.arrays import ImageArray

ZOOM = 3.0
"""Side of an image / side of the region."""


class Region(NamedTuple):
    """A part of an image with its proportions, whose sides are 1 / `ZOOM` of the image's.

    Left edge = across * (1 - 1 / ZOOM), top edge = down * (1 - 1 / ZOOM), in shares of width and height: for values in
    [0, 1] the region is inside the image, and scaling the image by `ZOOM` about (across, down) shows the region.
    """

    across: float
    down: float


def differing_region(target: ImageArray, composites: Sequence[ImageArray]) -> Region:
    """Find the region with the largest mean range of values over the methods; the centre where none differ.

    Args:
        target: (H, W, 3), the original, to which a single method is compared.
        composites: (H, W, 3) each, one per method.
    """
    images = composites if len(composites) > 1 else [target, *composites]
    spread = _range_over(images)
    height, width = (math.ceil(side / ZOOM) for side in spread.shape)
    sums = _window_sums(spread, height, width)
    if not sums.any():
        return Region(0.5, 0.5)
    top, left = np.unravel_index(sums.argmax(), sums.shape)
    return Region(_share(int(left), sums.shape[1]), _share(int(top), sums.shape[0]))


def _range_over(images: Sequence[ImageArray]) -> NDArray[np.int64]:
    """Largest minus smallest value over the images, summed over the channels, (H, W)."""
    highest, lowest = images[0], images[0]
    for image in images[1:]:
        highest, lowest = np.maximum(highest, image), np.minimum(lowest, image)
    spread: NDArray[np.int64] = (highest - lowest).sum(axis=2, dtype=np.int64)
    return spread


def _window_sums(values: NDArray[np.int64], height: int, width: int) -> NDArray[np.int64]:
    """Sum over every window of (height, width), (H - height + 1, W - width + 1), by a summed-area table."""
    table = np.pad(values, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    sums: NDArray[np.int64] = (
        table[height:, width:] - table[:-height, width:] - table[height:, :-width] + table[:-height, :-width]
    )
    return sums


def _share(position: int, count: int) -> float:
    return position / (count - 1) if count > 1 else 0.5
