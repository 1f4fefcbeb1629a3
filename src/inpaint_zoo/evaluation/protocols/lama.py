"""The protocol of LaMa (Suvorov et al., WACV 2022)."""

from __future__ import annotations

from dataclasses import replace

from inpaint_zoo.evaluation.protocols.base import NONE, NOT_STATED, STANDARD_WORDING, Protocol, Wording
from inpaint_zoo.images.arrays import rounded
from inpaint_zoo.metrics.definition import STANDARD_METRICS
from inpaint_zoo.metrics.ssim import SSIM, zero_padded_gaussian_window


class LaMaProtocol(Protocol):
    """SSIM, LPIPS and FID, in ten bins."""

    name = "lama"
    metrics = replace(
        STANDARD_METRICS,
        psnr=None,
        ssim=SSIM(rounded, data_range=255, window=zero_padded_gaussian_window(size=11, sigma=1.5)),
        l1=None,
        lpips="vgg",
        sets=("fid",),
    )
    bins_hold_lower = True
    wording = Wording(
        image=NOT_STATED + STANDARD_WORDING.image,
        mask=NOT_STATED + STANDARD_WORDING.mask,
        bins="ten of equal width over [0, 100 %], [low, high)",
        eight_bits=NOT_STATED + STANDARD_WORDING.eight_bits,
        psnr=NONE,
        ssim="window of 11, zero padding, mean over all pixels (the rest not stated; as standard: Gaussian, σ 1.5, "
        "covariance over N, mean of R, G and B)",
        l1=NONE,
        lpips="VGG16 (the rest not stated; as standard: version 0.1, input in [−1, 1])",
        sets="FID (covariance not stated; ours: over N − 1)",
    )
