"""What a method is."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from inpaint_zoo.images.arrays import FloatImageArray, Hole, ImageArray


class Sample(NamedTuple):
    """One image with its hole, in 8 bits."""

    name: str
    photograph: str
    """Name of the photograph; samples of one photograph differ in their holes."""
    image: ImageArray
    """(H, W, 3), the original. A method must not look at it inside the hole."""
    hole: Hole
    """(H, W), True = hole."""


class Method(Protocol):
    """Fills the hole of a sample."""

    def __call__(self, sample: Sample) -> ImageArray | FloatImageArray:
        """Fill the hole: (H, W, 3), what the method hands over, known pixels included as it leaves them."""
        ...

    def identity(self) -> dict[str, str]:
        """What the results depend on beside the samples: equal for equal results, on every machine."""
        ...
