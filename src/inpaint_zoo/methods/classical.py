"""Classical fills as methods."""

from __future__ import annotations

from collections.abc import Callable

from inpaint_zoo.methods.base import Sample
from inpaint_zoo.metrics.pictures import Hole, Picture


class ClassicalFill:
    """A fill of `inpaint_zoo.fills`.

    Args:
        fill: From (H, W, 3) uint8 and (H, W) bool to (H, W, 3) uint8.
    """

    def __init__(self, fill: Callable[[Picture, Hole], Picture]) -> None:
        self.fill = fill

    def __call__(self, sample: Sample) -> Picture:
        """Fill the hole."""
        return self.fill(sample.image, sample.hole)
