"""Peak signal-to-noise ratio, computed for each image and never over the pixels of several."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.images.arrays import Hole, ImageArray
from inpaint_zoo.metrics.reading import FloatMap, Levels, MeanReading, Pair

PSNR_CAP = 100.0
"""Value in dB of equal images, whose ratio is infinite, in all protocols with a cap."""


@dataclass(frozen=True)
class PSNR:
    """10 log10(data range² / mean squared error) in dB; the mean is over pixels and channels alike.

    Args:
        levels: Conversion of the images, to (H, W, C) or (H, W).
        data_range: Difference between white and black after the conversion.
        cap: Largest value in dB; with `inf`, equal images have an infinite value.
    """

    levels: Levels
    data_range: float
    cap: float

    @property
    def best(self) -> float:
        """Value of equal images."""
        return self.cap

    def __call__(self, pair: Pair) -> MeanReading:
        """Squared errors of each pixel."""
        finish = partial(decibels, data_range=self.data_range, cap=self.cap)
        return MeanReading(squared_errors(*pair.under(self.levels)), finish)


def decibels(error: float, data_range: float, cap: float) -> float:
    """10 log10(data range² / error), at most `cap`, which is also the value without any error."""
    return min(10 * math.log10(data_range**2 / error), cap) if error else cap


def squared_errors(target: NDArray[np.generic], output: NDArray[np.generic]) -> FloatMap:
    """Squared difference of each pixel, averaged over its channels, (H, W) float64.

    Args:
        target: (H, W, C) or (H, W).
        output: The same shape.
    """
    difference = np.subtract(target, output, dtype=np.float64)
    values = difference[..., None] if difference.ndim == 2 else difference
    squares: FloatMap = np.einsum("hwc,hwc->hw", values, values) / values.shape[2]
    return squares


def psnr(target: ImageArray, composite: ImageArray, where: Hole | None = None) -> float | None:
    """PSNR over RGB in dB, data range 255, at most `PSNR_CAP`.

    Args:
        target: (H, W, 3).
        composite: (H, W, 3).
        where: (H, W), the pixels that count, such as the hole; by default all pixels.

    Returns:
        None where no pixel counts.

    Examples:
        >>> black = np.zeros((8, 8, 3), np.uint8)
        >>> round(psnr(black, black + 1), 2)
        48.13
    """
    reading = MeanReading(squared_errors(target, composite), partial(decibels, data_range=255, cap=PSNR_CAP))
    return reading.image() if where is None else reading.within(where)
