"""The metrics of a protocol, and those of `standard`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from inpaint_zoo.images.arrays import FloatImageArray, rounded, to_float
from inpaint_zoo.metrics.l1 import L1, RelativeL1
from inpaint_zoo.metrics.psnr import PSNR, PSNR_CAP
from inpaint_zoo.metrics.reading import Measure
from inpaint_zoo.metrics.ssim import SSIM, gaussian_window

SET_METRICS = ("fid", "u_ids", "p_ids")
"""Metrics of all images together, see `set_scores`."""


@dataclass(frozen=True)
class Metrics:
    """The metrics of a protocol; None for a metric that it does not have.

    Args:
        psnr: See `PSNR`.
        ssim: See `SSIM`.
        l1: See `L1` and `RelativeL1`.
        lpips: The network of LPIPS, "alex" or "vgg".
        lpips_levels: Conversion of images for LPIPS, to (H, W, 3) in [0, 1].
        sets: Those of `SET_METRICS` that the protocol has.
        fid_sample_covariance: As `sample_covariance` in `frechet_distance`.
        more: Further measures of one image, by names that are not in `MEASURES`.
    """

    psnr: PSNR | None
    ssim: SSIM | None
    l1: L1 | RelativeL1 | None
    lpips: str | None
    lpips_levels: Callable[[FloatImageArray], FloatImageArray]
    sets: tuple[str, ...]
    fid_sample_covariance: bool = True
    more: Mapping[str, Measure] = field(default_factory=dict)


def as_floats(image: FloatImageArray) -> FloatImageArray:
    """The image as it is, not rounded."""
    return image


def as_written(image: FloatImageArray) -> FloatImageArray:
    """The image after rounding to the 8 bits of a PNG file, as floats."""
    return to_float(rounded(image))


STANDARD_METRICS = Metrics(
    psnr=PSNR(rounded, data_range=255, cap=PSNR_CAP),
    ssim=SSIM(rounded, data_range=255, window=gaussian_window(size=11, sigma=1.5)),
    l1=L1(rounded, data_range=255),
    lpips="alex",
    lpips_levels=as_written,
    sets=(),
)
"""8-bit composites; PSNR and SSIM over RGB with data range 255, mean absolute error, LPIPS with AlexNet."""
