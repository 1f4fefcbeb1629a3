"""The interface of measures: values at each pixel of two images, summarised over the whole image or a part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.images.arrays import FloatImageArray, Hole

FloatMap = NDArray[np.floating]
"""(H, W)."""
L = TypeVar("L")
Levels = Callable[[FloatImageArray], NDArray[np.generic]]
"""Conversion of an image before it is measured: `rounded`, `truncated`, gray, ..."""


class Pair:
    """Two images of one size; each conversion by `Levels` is done only once.

    Args:
        target: (H, W, 3), the original.
        output: (H, W, 3), the evaluated image.
    """

    def __init__(self, target: FloatImageArray, output: FloatImageArray) -> None:
        self.target = target
        self.output = output
        self._made: dict[Callable[[FloatImageArray], Any], tuple[Any, Any]] = {}

    def under(self, levels: Callable[[FloatImageArray], L]) -> tuple[L, L]:
        """Target and output, converted by `levels`."""
        if levels not in self._made:
            self._made[levels] = (levels(self.target), levels(self.output))
        return self._made[levels]

    @cached_property
    def is_equal(self) -> bool:
        """Whether target and output are equal."""
        return np.array_equal(self.target, self.output)


class Reading(Protocol):
    """The values of one measure for one pair; None where no pixel counts."""

    def image(self) -> float | None:
        """Value for the whole image."""

    def within(self, where: Hole) -> float | None:
        """Value for the chosen pixels."""


class Measure(Protocol):
    """Measures a pair of images, such as PSNR."""

    @property
    def best(self) -> float:
        """Value of equal images."""

    def __call__(self, pair: Pair) -> Reading | None:
        """Measure a pair; None for images that are too small."""


def unchanged(value: float) -> float:
    """Return the value as it is."""
    return value


@dataclass(frozen=True)
class MeanReading:
    """A mean over pixels, converted by `finish`."""

    pixels: FloatMap
    finish: Callable[[float], float] = unchanged
    border: int = 0
    """Width in pixels of the border that does not count in the value for the whole image."""

    def image(self) -> float:
        """Value for the whole image without its border."""
        height, width = self.pixels.shape
        inner = self.pixels[self.border : height - self.border, self.border : width - self.border]
        return self.finish(float(inner.mean()))

    def within(self, where: Hole) -> float | None:
        """Value for the chosen pixels, including those of the border."""
        chosen = self.pixels[where]
        return self.finish(float(chosen.mean())) if chosen.size else None


@dataclass(frozen=True)
class RatioReading:
    """A sum over pixels, divided by another sum over the same pixels; 0 where both are 0."""

    numerators: FloatMap
    denominators: FloatMap

    def image(self) -> float:
        """Value for the whole image."""
        return _ratio(self.numerators, self.denominators)

    def within(self, where: Hole) -> float | None:
        """Value for the chosen pixels."""
        return _ratio(self.numerators[where], self.denominators[where]) if where.any() else None


def _ratio(numerators: FloatMap, denominators: FloatMap) -> float:
    total = float(denominators.sum())
    return float(numerators.sum()) / total if total else 0.0


@dataclass(frozen=True)
class GivenReading:
    """A value for the whole image that is not the mean over the pixels, as for LPIPS."""

    value: float
    pixels: FloatMap

    def image(self) -> float:
        """Value for the whole image."""
        return self.value

    def within(self, where: Hole) -> float | None:
        """Mean over the chosen pixels."""
        return MeanReading(self.pixels).within(where)
