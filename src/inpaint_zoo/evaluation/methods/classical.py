"""Classical fills as methods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inpaint_zoo.evaluation.methods.base import EightBitFiller
from inpaint_zoo.images.arrays import Hole, ImageArray


class ClassicalFill(EightBitFiller):
    """A fill of `inpaint_zoo.evaluation.methods.fills`.

    Args:
        function: From (H, W, 3) uint8 and (H, W) bool to (H, W, 3) uint8.
        name: Its name in `FILLS`.

    Raises:
        InputError: The fill needs a library that is not installed.
    """

    minimum_size = 1
    trained_size: int | None = None

    def __init__(self, function: Callable[[ImageArray, Hole], ImageArray], name: str) -> None:
        self.function = function
        self.name = name
        # where the library of a fill is missing, this fails before the evaluation starts
        function(np.zeros((2, 2, 3), np.uint8), np.eye(2, dtype=bool))

    def identity(self) -> dict[str, str]:
        """The name of the fill; its code is hashed with that of the whole package."""
        return {"kind": "fill", "name": self.name}

    def fill_levels(self, image: ImageArray, hole: Hole) -> ImageArray:
        """Fill the hole."""
        return self.function(image, hole)
