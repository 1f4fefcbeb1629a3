"""The protocol of MAT (Li, Lin, Zhou, Qi, Wang and Jia, CVPR 2022)."""

from __future__ import annotations

import math
from dataclasses import replace

from inpaint_zoo.evaluation.protocols.base import NOT_STATED, STANDARD_WORDING, Protocol, Wording
from inpaint_zoo.images.arrays import rounded
from inpaint_zoo.metrics.definition import SET_METRICS, STANDARD_METRICS
from inpaint_zoo.metrics.psnr import PSNR


class MATProtocol(Protocol):
    """8-bit images, PSNR without a cap, and metrics of Inception features over all images."""

    name = "mat"
    metrics = replace(
        STANDARD_METRICS,
        psnr=PSNR(rounded, data_range=255, cap=math.inf),
        sets=SET_METRICS,
        fid_sample_covariance=False,
    )
    wording = Wording(
        image=f"8-bit images; size {NOT_STATED}{STANDARD_WORDING.image}",
        mask=NOT_STATED + STANDARD_WORDING.mask,
        bins=NOT_STATED + STANDARD_WORDING.bins,
        eight_bits="8-bit images; rounding " + NOT_STATED + STANDARD_WORDING.eight_bits,
        psnr="one mean squared error over RGB, data range 255; infinite for equal images",
        ssim="Gaussian window of 11, σ 1.5, valid area only (the rest not stated; as standard: covariance over N, mean "
        "of R, G and B)",
        l1="mean of |a − b| / 255 over RGB",
        lpips="AlexNet (the rest not stated; as standard: version 0.1, input in [−1, 1])",
        sets="FID (covariance over N), P-IDS, U-IDS (LinearSVC(dual=False) on Inception features)",
    )
