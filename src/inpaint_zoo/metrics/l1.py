"""Mean absolute error, and the relative one of EdgeConnect's evaluation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.metrics.reading import FloatMap, Levels, MeanReading, Pair, RatioReading


@dataclass(frozen=True)
class L1:
    """Mean of |target - output| / data range over RGB, in [0, 1]; tables show it in per cent.

    Args:
        levels: Conversion of the images, to (H, W, 3).
        data_range: Difference between white and black after the conversion.
    """

    levels: Levels
    data_range: float

    best = 0.0
    """Value of equal images."""

    def __call__(self, pair: Pair) -> MeanReading:
        """Absolute errors of each pixel, averaged over its channels."""
        target, output = pair.under(self.levels)
        return MeanReading(_over_channels(absolute_errors(target, output)) / (3 * self.data_range))


@dataclass(frozen=True)
class RelativeL1:
    """Sum of |target - output| over the sum of target + output, over all channels; two black images have 0.

    Args:
        levels: Conversion of the images, to (H, W) or (H, W, 3), without negative values.
    """

    levels: Levels

    best = 0.0
    """Value of equal images."""

    def __call__(self, pair: Pair) -> RatioReading:
        """Both terms of the quotient at each pixel."""
        target, output = pair.under(self.levels)
        both = np.add(target, output, dtype=np.float64)
        return RatioReading(_over_channels(absolute_errors(target, output)), _over_channels(both))


def absolute_errors(target: NDArray[np.generic], output: NDArray[np.generic]) -> NDArray[np.float64]:
    """|target - output| of each value, float64."""
    errors: NDArray[np.float64] = np.abs(np.subtract(target, output, dtype=np.float64))
    return errors


def _over_channels(values: NDArray[np.float64]) -> FloatMap:
    """Sum of (H, W, 3) over the channels, several times as fast as `sum(axis=2)`; (H, W) stays as it is."""
    summed: FloatMap = values if values.ndim == 2 else values @ np.ones(3)
    return summed
