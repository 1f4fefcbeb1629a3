"""Overlapping tiles at full resolution."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.evaluation.methods import Filler
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.inference.boxes import Box
from inpaint_zoo.inference.values import AnyImage, from_unit, to_unit

TILE = 512
"""Pixels: side of a tile."""
OVERLAP = 128
"""Pixels that neighbouring tiles share."""
FADE = OVERLAP // 2
"""Pixels over which one tile fades into the next; the rest of the overlap is what the later one sees of the earlier."""


def fill_tiles(method: Filler, pixels: AnyImage, hole: Hole) -> None:
    """Fill in tiles; the ones with the least to fill come first, and what they have filled is known to the others."""
    done = np.where(hole, np.float16(0), np.float16(1))
    for tile in sorted(tiles_with(hole), key=lambda tile: np.count_nonzero(hole[tile.cut])):
        _fill_tile(method, pixels[tile.cut], done[tile.cut], _ramp(tile, hole.shape))


def tiles_with(hole: Hole) -> list[Box]:
    """The tiles that hold any pixel of the hole, from top to bottom."""
    return [tile for tile in _tiles(hole.shape) if hole[tile.cut].any()]


def _fill_tile(method: Filler, pixels: AnyImage, done: NDArray[np.float16], ramp: NDArray[np.float32]) -> None:
    """Fill what is not done, fading into what earlier tiles have begun.

    Args:
        method: Fills.
        pixels: (h, w, 3), changed.
        done: (h, w), changed: 0 = hole, 1 = known, in between: the weight of earlier tiles near their edges.
        ramp: (h, w), the weight of this tile.
    """
    part = done < 1
    if not part.any():
        return
    image = to_unit(pixels)
    before = done[part].astype(np.float32)
    weight = np.minimum(ramp[part], 1 - before)
    share = (weight / (weight + before))[:, None]
    mixed = image[part] + share * (method.fill(image, part)[part] - image[part])
    pixels[part] = from_unit(mixed, pixels.dtype)
    done[part] = before + weight


def _tiles(size: tuple[int, ...]) -> Iterator[Box]:
    for top in _starts(size[0]):
        for left in _starts(size[1]):
            yield Box(top, left, min(top + TILE, size[0]), min(left + TILE, size[1]))


def _starts(side: int) -> list[int]:
    """Where tiles begin: evenly spread, with at least the overlap."""
    count = -(-max(side - OVERLAP, 1) // (TILE - OVERLAP))
    return [round(index * (side - TILE) / max(count - 1, 1)) for index in range(count)]


def _ramp(tile: Box, size: tuple[int, ...]) -> NDArray[np.float32]:
    """(h, w): 1 inside, falling towards 0 at edges that are not those of the image."""
    rows = _ramp_along(tile.top, tile.bottom, size[0])
    columns = _ramp_along(tile.left, tile.right, size[1])
    return np.minimum(rows[:, None], columns[None])


def _ramp_along(first: int, last: int, side: int) -> NDArray[np.float32]:
    steps = np.arange(1, last - first + 1, dtype=np.float32) / np.float32(FADE)
    weight = np.ones_like(steps)
    if first > 0:
        weight = np.minimum(weight, steps)
    if last < side:
        weight = np.minimum(weight, steps[::-1])
    return weight
