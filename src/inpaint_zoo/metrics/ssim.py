"""Structural similarity (Wang, Bovik, Sheikh and Simoncelli, IEEE TIP 2004), as scikit-image computes it."""

from __future__ import annotations

from typing import NamedTuple

from skimage.metrics import structural_similarity

from inpaint_zoo.metrics.pictures import Hole, Picture

SSIM_SIGMA = 1.5
SSIM_WINDOW = 11
"""Side of the Gaussian window for `SSIM_SIGMA`, truncated at 3.5 σ."""


class SSIM(NamedTuple):
    """Both readings of one map; None where there is nothing to read."""

    image: float | None
    """Mean over the picture without a border of half a window; None for a picture smaller than the window."""
    hole: float | None
    """Mean of the map over hole pixels; the windows there reach into known pixels."""


def ssim(target: Picture, composite: Picture, hole: Hole) -> SSIM:
    """Gaussian SSIM, σ 1.5, biased covariance, mean over R, G and B, data range 255.

    Args:
        target: (H, W, 3).
        composite: (H, W, 3).
        hole: (H, W), True = hole.
    """
    if min(target.shape[:2]) < SSIM_WINDOW:
        return SSIM(None, None)
    mean, similarity = structural_similarity(
        target,
        composite,
        gaussian_weights=True,
        sigma=SSIM_SIGMA,
        use_sample_covariance=False,
        channel_axis=2,
        data_range=255,
        full=True,
    )
    return SSIM(float(mean), float(similarity[hole].mean()) if hole.any() else None)
