"""How much of an image a method sees at a time.

Every strategy fills `hole` inside of `pixels`, in place; it reads no value that stands in the hole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from inpaint_zoo.evaluation.methods import Filler
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.inference.crops import CONTEXT, LONGEST, SHORTEST, fill_crops, fill_some, find_holes
from inpaint_zoo.inference.tiles import TILE, fill_tiles, tiles_with
from inpaint_zoo.inference.values import AnyImage, from_unit, to_unit

Strategy = Callable[[Filler, AnyImage, Hole], None]
"""From a method, an image (H, W, 3) that is changed, and its hole (H, W)."""

LARGEST_WHOLE = 4096
"""Pixels: longer side up to which a classical fill sees the whole image."""


def fill_whole(method: Filler, pixels: AnyImage, hole: Hole) -> None:
    """Fill everything at once, at full resolution."""
    pixels[hole] = from_unit(method.fill(to_unit(pixels), hole)[hole], pixels.dtype)


def fill_auto(method: Filler, pixels: AnyImage, hole: Hole) -> None:
    """Fill small images whole; of others, large compact holes in crops, and the rest in crops or in tiles.

    A hole is compact where a part of it is so far from what is known that no piece of the image at full resolution
    shows enough around it. All others are filled at full resolution, in tiles if one of them is too long for a crop,
    or if tiles are less work. Memory depends on the size of a crop or tile, not on that of the image.
    """
    if max(hole.shape) <= (method.trained_size or LARGEST_WHOLE):
        fill_whole(method, pixels, hole)
        return
    holes, left = find_holes(hole), hole.copy()
    long = np.array([max(box.size) > LONGEST // CONTEXT for box in holes.boxes])
    compact = holes.radii() > LONGEST / CONTEXT / 2 if long.any() else long
    fill_some(method, pixels, left, holes, np.flatnonzero(compact).tolist())
    rest = np.flatnonzero(~compact).tolist()
    if (long & ~compact).any() or len(rest) * SHORTEST**2 > len(tiles_with(left)) * TILE**2:
        fill_tiles(method, pixels, left)
    else:
        fill_some(method, pixels, left, holes, rest)


STRATEGIES: Mapping[str, Strategy] = {
    "auto": fill_auto,
    "whole": fill_whole,
    "crop": fill_crops,
    "tile": fill_tiles,
}
"""By the name that options use."""
