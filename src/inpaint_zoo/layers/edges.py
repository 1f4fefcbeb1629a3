"""Gray images and Canny edges, inputs of CTSDG's structure stream and of EdgeConnect, without gradients."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from skimage.color import rgb2gray
from skimage.feature import canny as skimage_canny
from torch import Tensor

from inpaint_zoo.layers import canny as in_torch
from inpaint_zoo.runtime.exporting import is_exporting

SIGMA = 2.0
"""Width of Canny's Gaussian in both."""


def _wrapped_levels() -> Tensor:
    """The value of each level after the 8-bit wrap: trunc((u / 255 · 2 - 1) · 255) & 255 in float32, in this order."""
    levels = np.arange(256, dtype=np.float32) / np.float32(255)
    signed = (levels * np.float32(2) - np.float32(1)) * np.float32(255)
    return torch.from_numpy((np.trunc(signed).astype(np.int64) & 255) / 255.0)


WRAPPED_LEVELS = _wrapped_levels()
"""(256,) float64 in [0, 1]: the saw-tooth value of CTSDG's reference for every 8-bit level."""


def clean_range(image: Tensor) -> Tensor:
    """The image as it is, (B, 3, H, W) in [0, 1], in float64 on the CPU: not every GPU has float64."""
    return image.cpu().double()


def wrapped_range(image: Tensor) -> Tensor:
    """The image (B, 3, H, W) in [0, 1] with the wrapped values of CTSDG's reference, in float64 on the CPU.

    The reference converts the image in [-1, 1] to 8 bits without a clamp, so that values wrap around; the published
    weights expect this.
    """
    levels = (image.cpu() * 255).round().clamp(0, 255).long()
    return WRAPPED_LEVELS[levels]


EDGE_RANGES: Mapping[str, Callable[[Tensor], Tensor]] = {"clean": clean_range, "wrapped": wrapped_range}
"""The change of range before gray and edges are computed, by the name that a configuration uses."""


@torch.no_grad()
def gray(image: Tensor) -> Tensor:
    """Luminance by scikit-image's `rgb2gray`.

    Args:
        image: (B, 3, H, W) in [0, 1].

    Returns:
        (B, 1, H, W) float64 on the CPU: in float32 some of the edges computed from it would move.
    """
    if is_exporting():
        return in_torch.luminance(image)
    images = image.detach().cpu().double().permute(0, 2, 3, 1).numpy()
    return torch.from_numpy(np.asarray(rgb2gray(images)))[:, None]


@torch.no_grad()
def canny(gray: Tensor, valid: Tensor | None = None, sigma: float = SIGMA) -> Tensor:
    """Edges by scikit-image's `canny`, on the CPU.

    Args:
        gray: (B, 1, H, W) in [0, 1].
        valid: (B, 1, H, W), 1 where the image is known; edges in and at the border of unknown parts are left out.
        sigma: Width of the Gaussian in pixels.

    Returns:
        (B, 1, H, W) of 0 and 1, with the type and device of `gray`.
    """
    if is_exporting() and valid is not None:
        return in_torch.edges(gray, valid > 0, sigma).to(gray)
    images = gray.detach().cpu().double().numpy()[:, 0]
    masks = [None] * len(images) if valid is None else list((valid[:, 0] > 0.5).cpu().numpy())
    edges = [skimage_canny(image, sigma=sigma, mask=mask) for image, mask in zip(images, masks, strict=True)]
    return torch.from_numpy(np.stack(edges))[:, None].to(gray)
