"""Classical fills as methods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inpaint_zoo.evaluation.methods.base import Sample
from inpaint_zoo.images.arrays import FloatImageArray, Hole, ImageArray, rounded, to_float


class ClassicalFill:
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

    def __call__(self, sample: Sample) -> ImageArray:
        """Fill the hole."""
        return self.function(sample.image, sample.hole)

    def fill(self, image: FloatImageArray, hole: Hole) -> FloatImageArray:
        """Fill the hole of a float image, in steps of 1 / 255; the fills know 8 bits only.

        Args:
            image: (H, W, 3) in [0, 1].
            hole: (H, W), True = hole.

        Returns:
            (H, W, 3) in [0, 1]: the fill in the hole, `image` elsewhere.
        """
        return np.where(hole[..., None], to_float(self.function(rounded(image), hole)), image)
