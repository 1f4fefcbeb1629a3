"""How pictures are brought to the size at which they are judged.

All functions take uint8 (H, W, 3) and a size (height, width).
"""

from __future__ import annotations

import numpy as np

from inpaint_zoo.images import resize, resize_bilinear


def cover_and_crop(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize the shorter side, cut `size` out of the centre."""
    return center_crop(resize_shorter(image, size), size)


def square_and_resize(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cut the largest square out of the centre, resize it bicubically to `size`."""
    side = min(image.shape[:2])
    return resize(center_crop(image, (side, side)), *size)


def stretch(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize bicubically to `size`, whatever becomes of the proportions."""
    return resize(image, *size)


def stretch_bilinear(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize bilinearly to `size`, whatever becomes of the proportions."""
    return resize_bilinear(image, *size)


def resize_shorter(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize uint8 (H, W, 3) to the smallest size that covers `size`, with the picture's own proportions."""
    height, width = image.shape[:2]
    if height * size[1] > width * size[0]:
        return resize(image, max(size[0], round(height * size[1] / width)), size[1])
    return resize(image, size[0], max(size[1], round(width * size[0] / height)))


def center_crop(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Cut (height, width) out of the centre of (H, W, C)."""
    top, left = ((have - want) // 2 for have, want in zip(image.shape, size, strict=False))
    return image[top : top + size[0], left : left + size[1]]
