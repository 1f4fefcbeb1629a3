"""Peak signal-to-noise ratio, one number a picture, never pooled over pictures."""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics.functional.image import peak_signal_noise_ratio

from inpaint_zoo.metrics.pictures import Hole, Picture

PSNR_CAP = 100.0
"""dB given to equal pictures, whose ratio is infinite. Nothing scores more than this."""


def psnr(target: Picture, composite: Picture, where: Hole | None = None) -> float | None:
    """PSNR over RGB in dB, data range 255, at most `PSNR_CAP`.

    Args:
        target: (H, W, 3).
        composite: (H, W, 3).
        where: (H, W), the pixels that count (all of them by default): the hole, or what is known.

    Returns:
        None where no pixel counts.
    """
    chosen = ... if where is None else where
    target_values, composite_values = (
        torch.from_numpy(picture[chosen].ravel()).double() for picture in (target, composite)
    )
    if target_values.numel() == 0:
        return None
    ratio = peak_signal_noise_ratio(composite_values, target_values, data_range=255.0)
    return min(ratio.item(), PSNR_CAP)


def batch_psnr(target: Tensor, composite: Tensor) -> Tensor:
    """PSNR of each picture of a batch on its own device, rounded to 8 bits as `to_uint8` does.

    The mean of these is `val/psnr`. A picture with NaN scores NaN.

    Args:
        target: (B, 3, H, W) in the [0, 1] scale.
        composite: (B, 3, H, W) in the [0, 1] scale.

    Returns:
        (B,) in dB, float32, at most `PSNR_CAP`.
    """
    target_levels, composite_levels = (
        picture.detach().float().clamp(0, 1).mul(255).round() for picture in (target, composite)
    )
    ratios = peak_signal_noise_ratio(composite_levels, target_levels, data_range=255.0, dim=(1, 2, 3), reduction="none")
    return ratios.clamp(max=PSNR_CAP)
