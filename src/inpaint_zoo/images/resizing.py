"""Resizing images and masks, and fitting them to a size of other proportions.

The fitting functions take an array (H, W) or (H, W, C), a size (height, width), and the function that resizes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from PIL import Image

Resize = Callable[[np.ndarray, int, int], np.ndarray]
"""From an array, a height and a width to an array of that size."""


def cover(image: np.ndarray, size: tuple[int, int], resize: Resize) -> np.ndarray:
    """Resize to the smallest size that covers `size`, then cut `size` out of the centre."""
    return center_crop(resize_shorter(image, size, resize), size)


def square(image: np.ndarray, size: tuple[int, int], resize: Resize) -> np.ndarray:
    """Cut the largest square out of the centre, then resize it to `size`."""
    side = min(image.shape[:2])
    return resize(center_crop(image, (side, side)), *size)


def stretch(image: np.ndarray, size: tuple[int, int], resize: Resize) -> np.ndarray:
    """Resize to `size` without keeping the proportions."""
    return resize(image, *size)


Fit = Callable[[np.ndarray, tuple[int, int], Resize], np.ndarray]
"""From an array, a size and a function that resizes to an array of that size."""

FITTINGS: Mapping[str, Fit] = {
    "cover": cover,
    "square": square,
    "stretch": stretch,
}
"""The fitting functions by the name that a configuration uses."""


def resize_shorter(image: np.ndarray, size: tuple[int, int], resize: Resize) -> np.ndarray:
    """Resize to the smallest size that covers `size`, keeping the image's proportions."""
    return resize(image, *_covering((image.shape[0], image.shape[1]), size))


def _covering(shape: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """The smallest (height, width) that covers `size`, with the proportions of `shape`."""
    height, width = shape
    if height * size[1] > width * size[0]:
        return max(size[0], round(height * size[1] / width)), size[1]
    return size[0], max(size[1], round(width * size[0] / height))


def center_crop(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cut (height, width) out of the centre of (H, W, ...)."""
    top, left = ((have - want) // 2 for have, want in zip(image.shape, size, strict=False))
    return image[top : top + size[0], left : left + size[1]]


def center_pad(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Put (h, w) back to where `center_crop` took it from an array of (height, width); the rest is 0."""
    padded = np.zeros(size, mask.dtype)
    center_crop(padded, (mask.shape[0], mask.shape[1]))[:] = mask
    return padded


def uncover(mask: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The part of an array of (height, width) `shape` that `cover` brings to `mask`, (h, w); 0 where it cuts off."""
    whole = center_pad(mask, _covering(shape, (mask.shape[0], mask.shape[1])))
    return resize_mask(whole, *shape)


def unsquare(mask: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """As `uncover`, for `square`."""
    return center_pad(resize_mask(mask, min(shape), min(shape)), shape)


def unstretch(mask: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """As `uncover`, for `stretch`."""
    return resize_mask(mask, *shape)


INVERSES: Mapping[str, Callable[[np.ndarray, tuple[int, int]], np.ndarray]] = {
    "cover": uncover,
    "square": unsquare,
    "stretch": unstretch,
}
"""By the names of `FITTINGS`: from a fitted mask to the mask of the whole image, by the nearest pixel."""


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a uint8 image (H, W, 3) bicubically, with anti-aliasing when it shrinks."""
    return _resized(image, height, width, Image.Resampling.BICUBIC)


def resize_bilinear(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a uint8 image (H, W, 3) bilinearly, with anti-aliasing when it shrinks."""
    return _resized(image, height, width, Image.Resampling.BILINEAR)


def resize_aliased(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a uint8 array (H, W) or (H, W, 3) bilinearly between the four nearest pixels, without anti-aliasing.

    OpenCV's default. Shrinking to less than half leaves pixels out.
    """
    if image.shape[:2] == (height, width):
        return image
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_LINEAR))


BICUBIC = "bicubic"
"""The interpolation of `standard` and, by default, of training."""
ALIASED = "bilinear_aliased"
"""The interpolation without anti-aliasing."""
INTERPOLATIONS: Mapping[str, Resize] = {
    BICUBIC: resize,
    "bilinear": resize_bilinear,
    ALIASED: resize_aliased,
}
"""The functions that resize images, by the name that a configuration uses."""


def _resized(image: np.ndarray, height: int, width: int, resampling: Image.Resampling) -> np.ndarray:
    if image.shape[:2] == (height, width):
        return image
    return np.array(Image.fromarray(image).resize((width, height), resampling))


def resize_mask(mask: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize a mask (H, W) by nearest neighbour, in integer arithmetic, so that no new values appear."""
    return np.asarray(mask[_nearest(mask.shape[0], height)][:, _nearest(mask.shape[1], width)])


def _nearest(size: int, new_size: int) -> np.ndarray:
    """The index of the old pixel under the centre of each of `new_size` pixels."""
    return (2 * np.arange(new_size) + 1) * size // (2 * new_size)
