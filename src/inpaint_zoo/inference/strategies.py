"""How much of an image a method sees at a time.

Every strategy fills `hole` inside of `pixels`, in place; it reads no value that stands in the hole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from inpaint_zoo.evaluation.methods import Filler
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.inference.values import AnyImage, from_unit, to_unit

Strategy = Callable[[Filler, AnyImage, Hole], None]
"""From a method, an image (H, W, 3) that is changed, and its hole (H, W)."""


def fill_whole(method: Filler, pixels: AnyImage, hole: Hole) -> None:
    """Fill everything at once, at full resolution."""
    pixels[hole] = from_unit(method.fill(to_unit(pixels), hole)[hole], pixels.dtype)


STRATEGIES: Mapping[str, Strategy] = {"auto": fill_whole, "whole": fill_whole, "crop": fill_whole, "tile": fill_whole}
