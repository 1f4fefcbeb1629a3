"""The protocol of CTSDG (Guo, Yang and Huang, ICCV 2021): its images and masks, and what its network sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from inpaint_zoo.evaluation.protocols.base import NO_CODE, NONE, STANDARD_WORDING, Protocol, Wording


class CTSDGProtocol(Protocol):
    """Images stretched to squares; edges and gray image of the complete image, a leak; the metrics of `standard`."""

    name = "ctsdg"
    fitting = "stretch"
    interpolation = "bilinear"
    leaks = True
    network_overrides: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        **Protocol.network_overrides,
        "ctsdg": {"edge_source": "complete", "edge_range": "wrapped"},
    }
    wording = Wording(
        image="resized bilinearly without regard to proportions; CTSDG is shown edges and gray of the complete "
        "image, wrapped: this leaks ground truth",
        mask="resized to the nearest pixel, ≥ 0.5 is hole; 1 = hole",
        bins="0–20, 20–40, 40–60 %",
        eight_bits=NO_CODE + STANDARD_WORDING.eight_bits,
        psnr=NO_CODE + STANDARD_WORDING.psnr,
        ssim=NO_CODE + STANDARD_WORDING.ssim,
        l1=NO_CODE + STANDARD_WORDING.l1,
        lpips=NO_CODE + STANDARD_WORDING.lpips,
        sets=NONE,
    )
    notes = (
        "The ctsdg protocol leaks ground truth: CTSDG is shown the edges and the gray image of the complete image, "
        "the hole's included.",
    )
