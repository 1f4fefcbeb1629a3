"""Structural similarity (Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 2004).

Equal to scikit-image's, and several times as fast: OpenCV filters, and both variances need only one filtering.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.metrics.reading import FloatMap, Levels, MeanReading, Pair

K1, K2 = 0.01, 0.03
"""Constants of the paper's equation 13."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """Weights of the local means of SSIM.

    Args:
        size: Side in pixels, odd.
        mean: Computes the local means of values (H, W) or (H, W, C), also where a part of the window is outside.
        sample_covariance: Whether variances are divided by N - 1 instead of N, with N = size².
        border: Width in pixels of the border that does not count in the mean of the whole image.
    """

    size: int
    mean: Callable[[Floats], Floats]
    sample_covariance: bool
    border: int


def gaussian_window(size: int, sigma: float) -> Window:
    """Gaussian weights, covariances over N, as in the paper's section III-B; edges are mirrored, and do not count."""
    mean = partial(_weighted_mean, weights=_gaussian(size, sigma), beyond=cv2.BORDER_REFLECT)
    return Window(size, mean, sample_covariance=False, border=size // 2)


def zero_padded_gaussian_window(size: int, sigma: float) -> Window:
    """As `gaussian_window`, but beyond the edges everything is 0, and all pixels count: as a padded convolution."""
    mean = partial(_weighted_mean, weights=_gaussian(size, sigma), beyond=cv2.BORDER_CONSTANT)
    return Window(size, mean, sample_covariance=False, border=0)


def uniform_window(size: int) -> Window:
    """Equal weights, covariances over N - 1, as by default in scikit-image; edges are mirrored, and do not count."""
    return Window(size, partial(_uniform_mean, size=size), sample_covariance=True, border=size // 2)


def _gaussian(size: int, sigma: float) -> Floats:
    weights = np.exp(-0.5 * ((np.arange(size) - size // 2) / sigma) ** 2)
    return np.asarray(weights / weights.sum())


def _weighted_mean(values: Floats, weights: Floats, beyond: int) -> Floats:
    return np.asarray(cv2.sepFilter2D(values, -1, weights, weights, borderType=beyond))


def _uniform_mean(values: Floats, size: int) -> Floats:
    return np.asarray(cv2.blur(values, (size, size), borderType=cv2.BORDER_REFLECT))


@dataclass(frozen=True)
class SSIM:
    """SSIM, averaged over the channels; the mean of the whole image leaves out the border of the window.

    Args:
        levels: Conversion of the images, to (H, W, C) or (H, W).
        data_range: Difference between white and black after the conversion.
        window: See `Window`.
    """

    levels: Levels
    data_range: float
    window: Window

    best = 1.0
    """Value of equal images."""

    def __call__(self, pair: Pair) -> MeanReading | None:
        """SSIM around each pixel; None for an image that is smaller than the window."""
        target, output = pair.under(self.levels)
        if min(target.shape[:2]) < self.window.size:
            return None
        return MeanReading(similarity_map(target, output, self.data_range, self.window), border=self.window.border)


def similarity_map(
    target: NDArray[np.generic], output: NDArray[np.generic], data_range: float, window: Window
) -> FloatMap:
    """SSIM around each pixel (equation 13), averaged over the channels, (H, W) float64.

    Args:
        target: (H, W, C) or (H, W).
        output: The same shape.
        data_range: Difference between white and black.
        window: See `Window`.
    """
    # channel by channel, because the planes of one channel fit into the processor's cache
    channels = zip(_planes(target), _planes(output), strict=True)
    maps = [_plane_similarity(first, second, data_range, window) for first, second in channels]
    return sum(maps[1:], start=maps[0]) / len(maps)


def _planes(image: NDArray[np.generic]) -> list[Floats]:
    planes = [image] if image.ndim == 2 else np.moveaxis(image, 2, 0)
    return [np.ascontiguousarray(plane, dtype=np.float64) for plane in planes]


def _plane_similarity(first: Floats, second: Floats, data_range: float, window: Window) -> Floats:
    c1, c2 = (K1 * data_range) ** 2, (K2 * data_range) ** 2
    normalisation = window.size**2 / (window.size**2 - 1) if window.sample_covariance else 1.0
    mean_1, mean_2 = window.mean(first), window.mean(second)
    product, squares = mean_1 * mean_2, mean_1**2 + mean_2**2
    covariance = (window.mean(first * second) - product) * normalisation
    # only the sum of both variances is needed, so one filtering is enough
    variances = (window.mean(first**2 + second**2) - squares) * normalisation
    return ((2 * product + c1) * (2 * covariance + c2)) / ((squares + c1) * (variances + c2))
