"""What a method is."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from inpaint_zoo.images.arrays import FloatPicture, Hole, Picture


class Sample(NamedTuple):
    """One picture with its hole, in 8 bits."""

    name: str
    picture: str
    """Name of the photograph; samples of one photograph differ in their holes."""
    image: Picture
    """(H, W, 3), the original. A method must not look at it inside the hole."""
    hole: Hole
    """(H, W), True = hole."""


class Method(Protocol):
    """Fills the hole of a sample."""

    def __call__(self, sample: Sample) -> Picture | FloatPicture:
        """Fill the hole: (H, W, 3), what the method hands over, known pixels included as it leaves them."""
        ...

    def identity(self) -> dict[str, str]:
        """What the results depend on beside the samples: equal for equal results, on every machine."""
        ...
