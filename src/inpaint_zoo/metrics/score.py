"""All metrics of one picture under the `standard` protocol."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.metrics.l1 import l1
from inpaint_zoo.metrics.pictures import Picture, as_hole, check_same_size
from inpaint_zoo.metrics.psnr import psnr
from inpaint_zoo.metrics.ssim import ssim

RATIO = "ratio"
METRICS = ("hole_psnr", "hole_ssim", "hole_l1", "psnr", "ssim", "l1", "lpips", "known_psnr")
"""Keys of a score, in the order of files and tables."""


def score(
    target: Picture,
    composite: Picture,
    mask: NDArray[np.generic],
    lpips: Callable[[Picture, Picture], float | None] | None = None,
) -> dict[str, float | None]:
    """Compare one composite with its target.

    Args:
        target: (H, W, 3), the original in 8 bits.
        composite: (H, W, 3), see `to_uint8`.
        mask: (H, W), 0 = known, anything else = hole.
        lpips: what `load_lpips` returned, or None where LPIPS is not available.

    Returns:
        `ratio` (hole pixels / all pixels) and the keys of `METRICS`: PSNR in dB, SSIM, L1 in [0, 1]. A value is None
        where it is not defined: over an empty hole, for a picture smaller than the metric's window, without LPIPS.
        `known_psnr` is 100 wherever the known pixels were left alone.

    Raises:
        InputError: the arrays do not describe one picture.
    """
    check_same_size(target, composite, mask)
    hole = as_hole(mask)
    similarity = ssim(target, composite, hole)
    return {
        RATIO: float(hole.mean()),
        "hole_psnr": psnr(target, composite, hole),
        "hole_ssim": similarity.hole,
        "hole_l1": l1(target, composite, hole),
        "psnr": psnr(target, composite),
        "ssim": similarity.image,
        "l1": l1(target, composite),
        "lpips": lpips(target, composite) if lpips else None,
        "known_psnr": psnr(target, composite, ~hole),
    }
