"""Classical fills as methods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inpaint_zoo.evaluation.methods.base import Sample
from inpaint_zoo.images.arrays import Hole, ImageArray


class ClassicalFill:
    """A fill of `inpaint_zoo.evaluation.methods.fills`.

    Args:
        fill: From (H, W, 3) uint8 and (H, W) bool to (H, W, 3) uint8.
        name: Its name in `FILLS`.

    Raises:
        InputError: The fill needs a library that is not installed.
    """

    def __init__(self, fill: Callable[[ImageArray, Hole], ImageArray], name: str) -> None:
        self.fill = fill
        self.name = name
        # where the library of a fill is missing, this fails before the evaluation starts
        fill(np.zeros((2, 2, 3), np.uint8), np.eye(2, dtype=bool))

    def identity(self) -> dict[str, str]:
        """The name of the fill; its code is hashed with that of the whole package."""
        return {"kind": "fill", "name": self.name}

    def __call__(self, sample: Sample) -> ImageArray:
        """Fill the hole."""
        return self.fill(sample.image, sample.hole)
