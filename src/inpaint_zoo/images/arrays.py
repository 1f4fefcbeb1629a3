"""Images as metrics take them: 8 bits as in a file, or floats as a method returned them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inpaint_zoo.errors import InputError

ImageArray: TypeAlias = NDArray[np.uint8]
"""(H, W, 3), RGB, 0 to 255."""
FloatImageArray: TypeAlias = NDArray[np.float32]
"""(H, W, 3), RGB, nominally in [0, 1]."""
Hole: TypeAlias = NDArray[np.bool_]
"""(H, W), True = hole."""


class DivergedError(InputError):
    """An image of a network holds values that are not finite."""

    def __init__(self, where: str = "") -> None:
        """State it, after the name of what holds them."""
        super().__init__(
            f"{where}the image holds NaN or infinity: the network that made it has diverged, use an earlier checkpoint"
        )


def to_uint8(image: Tensor) -> ImageArray:
    """Round an image to the 8 bits that a file holds.

    Values are clamped to [0, 1], multiplied by 255 and rounded to the nearest integer; a value exactly between two
    integers goes to the even one, as `numpy.round` does.

    Args:
        image: (3, H, W) or (B, 3, H, W), any float type, nominally in [0, 1].

    Returns:
        (H, W, 3) or (B, H, W, 3).

    Raises:
        DivergedError: the image holds NaN.
    """
    levels = image.detach().float().clamp(0, 1).mul(255).round()
    if torch.isnan(levels).any():
        raise DivergedError
    return levels.to(torch.uint8).movedim(-3, -1).cpu().numpy()


def to_float(image: ImageArray | FloatImageArray) -> FloatImageArray:
    """Convert 8-bit levels to floats in [0, 1]; floats stay as they are.

    Raises:
        DivergedError: the image holds NaN.
    """
    if image.dtype == np.uint8:
        return np.divide(image, np.float32(255), dtype=np.float32)
    floats = np.asarray(image, dtype=np.float32)
    if np.isnan(floats).any():
        raise DivergedError
    return floats


def rounded(image: FloatImageArray) -> ImageArray:
    """Clamp to [0, 1] and round to the nearest of 256 levels, as `to_uint8` does."""
    return np.rint(_scaled(image)).astype(np.uint8)


def truncated(image: FloatImageArray) -> ImageArray:
    """Clamp to [0, 1] and round down to one of 256 levels; the float32 nearest to k / 255 becomes k."""
    return _scaled(image).astype(np.uint8)


def _scaled(image: FloatImageArray) -> FloatImageArray:
    return np.clip(image, np.float32(0), np.float32(1)) * np.float32(255)


def as_hole(mask: NDArray[np.generic]) -> Hole:
    """Convert a (H, W) mask, 0 = known and anything else = hole, to booleans."""
    return np.asarray(mask).astype(bool)


def check_same_size(
    target: ImageArray | FloatImageArray, output: ImageArray | FloatImageArray, mask: NDArray[np.generic]
) -> None:
    """Check that two images and a mask have the same size.

    Raises:
        InputError: An image is neither uint8 nor float32 of (H, W, 3), or the sizes differ.
    """
    for title, image in (("target", target), ("output", output)):
        if image.dtype not in (np.uint8, np.float32) or image.ndim != 3 or image.shape[2] != 3:
            raise InputError(
                f"the {title} is {image.dtype} {image.shape}: give an RGB image (H, W, 3), uint8 or float32"
            )
    if target.shape != output.shape or target.shape[:2] != mask.shape:
        raise InputError(
            f"sizes differ: target {target.shape[:2]}, output {output.shape[:2]}, mask {mask.shape}; "
            "resize them to one height and width"
        )
