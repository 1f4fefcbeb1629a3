"""The protocol of EdgeConnect (Nazeri, Ng, Joseph, Qureshi and Ebrahimi, ICCV workshops 2019)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from skimage.color import rgb2gray

from inpaint_zoo.evaluation.protocols.base import NONE, NOT_STATED, STANDARD_WORDING, Protocol, Wording
from inpaint_zoo.images.arrays import FloatImageArray
from inpaint_zoo.metrics.definition import Metrics, as_written
from inpaint_zoo.metrics.l1 import RelativeL1
from inpaint_zoo.metrics.psnr import PSNR, PSNR_CAP
from inpaint_zoo.metrics.ssim import SSIM, uniform_window


def gray(image: FloatImageArray) -> NDArray[np.float32]:
    """Luminance of the 8-bit file, (H, W) float32 in [0, 1], by scikit-image's weights."""
    luminance: NDArray[np.float32] = rgb2gray(as_written(image))
    return luminance


class EdgeConnectProtocol(Protocol):
    """PSNR, SSIM and a relative L1 on the gray floats of 8-bit files; holes that grow when masks are resized."""

    name = "edgeconnect"
    metrics = Metrics(
        psnr=PSNR(gray, data_range=1, cap=PSNR_CAP),
        ssim=SSIM(gray, data_range=1, window=uniform_window(51)),
        l1=RelativeL1(gray),
        lpips=None,
        lpips_levels=as_written,
        sets=(),
    )
    fitting = "square"
    interpolation = "bilinear"
    mask_resizing = "any"
    mask_threshold = 1
    wording = Wording(
        image="largest square cut from the centre, then resized to 256² bilinearly, with anti-aliasing (Pillow)",
        mask="resized bilinearly with anti-aliasing (Pillow), > 0 is hole, so that holes grow and gray is hole",
        bins=NOT_STATED + STANDARD_WORDING.bins,
        eight_bits="results are 8-bit files, divided by 255 (rounding not stated; as standard)",
        psnr="on float32 gray (rgb2gray) of the 8-bit files, data range 1 (equal images not stated; as standard: "
        "100 dB at most)",
        ssim="on the same gray, uniform window of 51, data range 1 (the rest not stated; ours: covariance over N − 1, "
        "without a border of half a window)",
        l1="Σ|a − b| / Σ(a + b) on the same gray",
        lpips=NONE,
        sets=NONE,
    )
