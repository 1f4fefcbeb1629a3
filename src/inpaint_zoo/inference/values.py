"""Images of 8 and 16 bits and of floats, and the floats in [0, 1] that methods compute with."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import FloatImageArray, Hole

AnyImage: TypeAlias = NDArray[Any]
"""(H, W, 3), RGB: uint8, uint16, or float32 in [0, 1]."""

LEVELS = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535, np.dtype(np.float32): 1}
"""The value of white, by type."""


def to_unit(image: AnyImage) -> FloatImageArray:
    """Convert levels to floats in [0, 1]; floats stay as they are."""
    if image.dtype == np.float32:
        return image
    return np.divide(image, np.float32(LEVELS[image.dtype]), dtype=np.float32)


def from_unit(values: NDArray[np.float32], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Clamp to [0, 1] and round to the nearest level of `dtype`; floats are only clamped."""
    clamped = np.clip(values, np.float32(0), np.float32(1))
    return clamped if dtype == np.float32 else np.rint(clamped * np.float32(LEVELS[dtype])).astype(dtype)


def check_fillable(image: AnyImage, hole: Hole) -> None:
    """Refuse what is no image with its hole, an image of which nothing is known, and floats beyond [0, 1].

    Raises:
        InputError: It is.
    """
    if image.dtype not in LEVELS or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise InputError(f"the image is {image.dtype} {image.shape}: give (H, W, 3) of uint8, uint16 or float32")
    if hole.dtype != bool or hole.shape != image.shape[:2]:
        raise InputError(f"the hole is {hole.dtype} {hole.shape}: give bool {image.shape[:2]}, True where to fill")
    if hole.all():
        raise InputError("the mask is all hole: leave some pixels known, from which the rest can be filled")
    if image.dtype == np.float32:
        _check_floats(image[~hole])


def _check_floats(known: NDArray[np.float32]) -> None:
    least, most = known.min(), known.max()
    if not (least >= 0 and most <= 1):
        raise InputError(f"the image holds {least if not least >= 0 else most:g}: give floats in [0, 1]")
