"""The protocol of LaMa (Suvorov et al., WACV 2022)."""

from __future__ import annotations

from dataclasses import replace

from inpaint_zoo.evaluation.protocols.base import NONE, NOT_STATED, STANDARD_WORDING, Protocol, Wording
from inpaint_zoo.metrics.definition import STANDARD_METRICS


class LaMaProtocol(Protocol):
    """SSIM, LPIPS and FID, in ten bins."""

    name = "lama"
    metrics = replace(STANDARD_METRICS, psnr=None, l1=None, sets=("fid",))
    wording = Wording(
        image=NOT_STATED + STANDARD_WORDING.image,
        mask=NOT_STATED + STANDARD_WORDING.mask,
        bins="ten of equal width over [0, 100 %]",
        eight_bits=NOT_STATED + STANDARD_WORDING.eight_bits,
        psnr=NONE,
        ssim="window of 11 (the rest not stated; as standard: Gaussian, σ 1.5, covariance over N, mean of R, G and B, "
        "without a border of half a window)",
        l1=NONE,
        lpips="network not stated; as standard: " + STANDARD_WORDING.lpips,
        sets="FID",
    )
