"""One hole after the other, each with what surrounds it."""

from __future__ import annotations

from collections.abc import Iterable

from inpaint_zoo.evaluation.methods import Filler
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.inference.boxes import Box, grown
from inpaint_zoo.inference.holes import Holes
from inpaint_zoo.inference.scaling import fill_scaled
from inpaint_zoo.inference.values import AnyImage, from_unit, to_unit

CONTEXT = 3
"""What a method sees around a hole is this many times as high and wide as the hole."""
LONGEST = 512
"""Pixels: side of the largest crop at full resolution."""
SHORTEST = LONGEST // 2
"""Pixels: side of what is seen around a small hole, that of the images of most trainings."""


def find_holes(hole: Hole) -> Holes:
    """Tell the holes apart that get a crop of their own; small neighbours share one at full resolution."""
    return Holes(hole, LONGEST // CONTEXT)


def context(box: Box, within: tuple[int, ...], least: int) -> Box:
    """What a method sees around a hole.

    Args:
        box: Of the hole.
        within: (height, width) of the image.
        least: Pixels that both sides must have in the end, if the image has them.
    """
    least = max(SHORTEST, least)
    longest = max(CONTEXT * max(box.size), least)
    # a crop that is scaled down needs more of the image to reach the same size
    shortest = round(least * max(1, longest / LONGEST))
    height, width = (max(CONTEXT * side, shortest) for side in box.size)
    return grown(box, (height, width), (within[0], within[1]))


def fill_crops(method: Filler, pixels: AnyImage, hole: Hole) -> None:
    """Fill every hole in a crop of its own, which is scaled down where that helps; the others stay holes until then."""
    holes = find_holes(hole)
    fill_some(method, pixels, hole.copy(), holes, range(len(holes.boxes)))


def fill_some(method: Filler, pixels: AnyImage, left: Hole, holes: Holes, numbers: Iterable[int]) -> None:
    """Fill some holes, and take them out of `left`, the pixels that are not filled yet."""
    for number in numbers:
        box, own = holes.boxes[number], holes.own(number)
        seen = context(box, left.shape, method.minimum_size)
        filled = fill_scaled(method, to_unit(pixels[seen.cut]), left[seen.cut], method.trained_size)
        pixels[box.cut][own] = from_unit(filled[box.inside(seen).cut][own], pixels.dtype)
        left[box.cut] &= ~own
