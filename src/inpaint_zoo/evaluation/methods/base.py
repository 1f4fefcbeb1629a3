"""The interface of a method."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import NamedTuple, Protocol

import numpy as np

from inpaint_zoo.images.arrays import FloatImageArray, Hole, ImageArray, rounded, to_float


class Sample(NamedTuple):
    """One 8-bit image with its hole."""

    name: str
    photograph: str
    """Name of the original photograph; samples of one photograph differ in their holes."""
    image: ImageArray
    """(H, W, 3), what methods are shown. A method must not use its pixels inside the hole."""
    hole: Hole
    """(H, W), True = hole."""
    original: ImageArray | None = None
    """(H, W, 3), what results are compared with; None: `image`."""

    @property
    def target(self) -> ImageArray:
        """(H, W, 3), what results are compared with."""
        return self.image if self.original is None else self.original


class Method(Protocol):
    """Fills the hole of a sample."""

    def __call__(self, sample: Sample) -> ImageArray | FloatImageArray:
        """Fill the hole.

        Returns:
            (H, W, 3), the method's output with its own known pixels, which need not be those of the original.

        Raises:
            DivergedError: It is not finite.
        """
        ...

    def identity(self) -> dict[str, str]:
        """Everything but the samples that the outputs depend on: the same for the same outputs, on every machine."""
        ...


class Filler(Protocol):
    """A method that fills any image, whatever its bits; networks and classical fills can, folders of images cannot."""

    @property
    def minimum_size(self) -> int:
        """Pixels: around a hole, at least this much of the image is needed."""
        ...

    @property
    def trained_size(self) -> int | None:
        """Pixels: the longer side up to which it fills best; None where the size does not matter."""
        ...

    def fill(self, image: FloatImageArray, hole: Hole) -> FloatImageArray:
        """Fill the hole.

        Args:
            image: (H, W, 3) in [0, 1]; values in the hole are not read.
            hole: (H, W), True = hole.

        Returns:
            (H, W, 3) in [0, 1]; known pixels are those of `image`.
        """
        ...


class EightBitFiller(ABC):
    """A method that knows 8 bits only."""

    @abstractmethod
    def fill_levels(self, image: ImageArray, hole: Hole) -> ImageArray:
        """The output for an image, (H, W, 3) both, and its hole, (H, W)."""

    def __call__(self, sample: Sample) -> ImageArray:
        """Fill the hole."""
        return self.fill_levels(sample.image, sample.hole)

    def fill(self, image: FloatImageArray, hole: Hole) -> FloatImageArray:
        """Fill the hole of a float image, in steps of 1 / 255.

        Args:
            image: (H, W, 3) in [0, 1].
            hole: (H, W), True = hole.

        Returns:
            (H, W, 3) in [0, 1]: the fill in the hole, `image` elsewhere.
        """
        return np.where(hole[..., None], to_float(self.fill_levels(rounded(image), hole)), image)
