"""The protocol of EdgeConnect (Nazeri, Ng, Joseph, Qureshi and Ebrahimi, ICCV workshops 2019)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.color import rgb2gray

from inpaint_zoo.evaluation.protocols.base import NONE, NOT_STATED, STANDARD_WORDING, Protocol, Wording
from inpaint_zoo.images.arrays import FloatImageArray
from inpaint_zoo.metrics.definition import Metrics, as_floats
from inpaint_zoo.metrics.l1 import RelativeL1
from inpaint_zoo.metrics.psnr import PSNR, PSNR_CAP
from inpaint_zoo.metrics.ssim import SSIM, uniform_window


def gray(image: FloatImageArray) -> NDArray[np.float32]:
    """Luminance, (H, W) float32, by scikit-image's weights."""
    luminance: NDArray[np.float32] = rgb2gray(image)
    return luminance


class EdgeConnectProtocol(Protocol):
    """PSNR and SSIM on gray floats, and a relative L1."""

    name = "edgeconnect"
    metrics = Metrics(
        psnr=PSNR(gray, data_range=1, cap=PSNR_CAP),
        ssim=SSIM(gray, data_range=1, window=uniform_window(51)),
        l1=RelativeL1(as_floats),
        lpips=None,
        lpips_levels=as_floats,
        sets=(),
    )
    wording = Wording(
        image=NOT_STATED + STANDARD_WORDING.image,
        mask=NOT_STATED + STANDARD_WORDING.mask,
        bins=NOT_STATED + STANDARD_WORDING.bins,
        eight_bits="not stated; metrics on floats, files as standard: " + STANDARD_WORDING.eight_bits,
        psnr="on float32 gray (rgb2gray), data range 1 (equal images not stated; as standard: 100 dB at most)",
        ssim="on float32 gray, uniform window of 51, data range 1 (the rest not stated; ours: covariance over N − 1, "
        "without a border of half a window)",
        l1="Σ|a − b| / Σ(a + b) (on what not stated; ours: RGB floats)",
        lpips=NONE,
        sets=NONE,
    )
