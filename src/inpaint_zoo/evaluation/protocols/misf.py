"""The protocol of MISF (Li, Guo, Lin, Li, Feng and Wang, CVPR 2022), from its authors' evaluation code."""

from __future__ import annotations

from inpaint_zoo.evaluation.protocols.base import NONE, Protocol, Wording
from inpaint_zoo.images.arrays import FloatImageArray, ImageArray, truncated
from inpaint_zoo.images.resizing import ALIASED
from inpaint_zoo.metrics.definition import Metrics, as_floats
from inpaint_zoo.metrics.l1 import L1
from inpaint_zoo.metrics.psnr import PSNR, PSNR_CAP
from inpaint_zoo.metrics.ssim import SSIM, uniform_window


class MISFProtocol(Protocol):
    """PSNR and SSIM on truncated images, L1 and LPIPS on floats, no anti-aliasing; holes grow when resized."""

    name = "misf"
    metrics = Metrics(
        psnr=PSNR(truncated, data_range=255, cap=PSNR_CAP),
        ssim=SSIM(truncated, data_range=255, window=uniform_window(7)),
        l1=L1(as_floats, data_range=1),
        lpips="vgg",
        lpips_levels=as_floats,
        sets=(),
    )
    fitting = "square"
    interpolation = ALIASED
    mask_resizing = "any_aliased"
    mask_threshold = 1
    wording = Wording(
        image="largest square cut from the centre, then resized bilinearly without anti-aliasing",
        mask="resized bilinearly without anti-aliasing, > 0 is hole, so that holes grow and gray is hole; 1 = hole",
        bins="0–20, 20–40, 40–60 %",
        eight_bits="composite clamped, × 255, truncated; L1 and LPIPS on floats",
        psnr="one value per image over RGB, data range 255; 100 dB at most",
        ssim="uniform window of 7, covariance over N − 1, data range 255, mean of R, G and B, without a border of half "
        "a window",
        l1="mean of |a − b| over RGB floats in [0, 1]",
        lpips="VGG16, input in [−1, 1] from floats (version not stated; as standard: 0.1)",
        sets=NONE,
    )

    def to_image(self, image: FloatImageArray) -> ImageArray:
        """Convert a composite in [0, 1] to the 8 bits of a PNG file, (H, W, 3), truncated."""
        return truncated(image)
