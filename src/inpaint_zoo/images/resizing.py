"""Resizing images and masks, and how they are brought to a size of other proportions.

Functions of proportions take an array (H, W) or (H, W, C) and a size (height, width); `resize` is what changes the
number of pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

Resize = Callable[[np.ndarray, int, int], np.ndarray]
"""From an array, a height and a width to an array of that size."""


def cover(image: np.ndarray, size: tuple[int, int], resize: Resize) -> np.ndarray:
    """Resize the shorter side, cut `size` out of the centre."""
    return center_crop(resize_shorter(image, size, resize), size)


def square(image: np.ndarray, size: tuple[int, int], resize: Resize) -> np.ndarray:
    """Cut the largest square out of the centre, resize it to `size`."""
    side = min(image.shape[:2])
    return resize(center_crop(image, (side, side)), *size)


def stretch(image: np.ndarray, size: tuple[int, int], resize: Resize) -> np.ndarray:
    """Resize to `size`, whatever becomes of the proportions."""
    return resize(image, *size)


Fit = Callable[[np.ndarray, tuple[int, int], Resize], np.ndarray]
"""From an array, a size and a way of resizing to an array of that size."""


FITTINGS: Mapping[str, Fit] = {
    "cover": cover,
    "square": square,
    "stretch": stretch,
}
"""By the name that a configuration gives them."""


def resize_shorter(image: np.ndarray, size: tuple[int, int], resize: Resize) -> np.ndarray:
    """Resize to the smallest size that covers `size`, with the image's own proportions."""
    height, width = image.shape[:2]
    if height * size[1] > width * size[0]:
        return resize(image, max(size[0], round(height * size[1] / width)), size[1])
    return resize(image, size[0], max(size[1], round(width * size[0] / height)))


def center_crop(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cut (height, width) out of the centre of (H, W, ...)."""
    top, left = ((have - want) // 2 for have, want in zip(image.shape, size, strict=False))
    return image[top : top + size[0], left : left + size[1]]


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a uint8 image (H, W, 3) bicubically, with anti-aliasing where it shrinks."""
    return _resized(image, height, width, Image.Resampling.BICUBIC)


def resize_bilinear(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a uint8 image (H, W, 3) bilinearly, with anti-aliasing where it shrinks."""
    return _resized(image, height, width, Image.Resampling.BILINEAR)


def _resized(image: np.ndarray, height: int, width: int, resampling: Image.Resampling) -> np.ndarray:
    if image.shape[:2] == (height, width):
        return image
    return np.array(Image.fromarray(image).resize((width, height), resampling))


def resize_mask(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a mask (H, W) to the nearest pixels, chosen in integers, so that no new values come up."""
    return np.asarray(mask[_nearest(mask.shape[0], height)][:, _nearest(mask.shape[1], width)])


def _nearest(size: int, new_size: int) -> np.ndarray:
    """For each of `new_size` pixels the old pixel under its centre."""
    return (2 * np.arange(new_size) + 1) * size // (2 * new_size)
