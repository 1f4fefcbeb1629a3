"""The protocol of MADF (Zhu et al., IEEE TIP 2021): its images and masks; its authors published no metric code."""

from __future__ import annotations

from inpaint_zoo.evaluation.protocols.base import (
    NO_CODE,
    NONE,
    NOT_STATED,
    STANDARD_WORDING,
    Protocol,
    Wording,
)


class MADFProtocol(Protocol):
    """Images stretched to squares; the metrics of `standard`."""

    name = "madf"
    fitting = "stretch"
    interpolation = "bilinear"
    wording = Wording(
        image="resized to 512² or 256² bilinearly, with anti-aliasing, without regard to proportions",
        mask="resized to the nearest pixel; 1 = valid in the authors' files",
        bins=NOT_STATED + STANDARD_WORDING.bins,
        eight_bits=NO_CODE + STANDARD_WORDING.eight_bits,
        psnr=NO_CODE + STANDARD_WORDING.psnr,
        ssim=NO_CODE + STANDARD_WORDING.ssim,
        l1=NO_CODE + STANDARD_WORDING.l1,
        lpips=NO_CODE + STANDARD_WORDING.lpips,
        sets=NONE,
    )
