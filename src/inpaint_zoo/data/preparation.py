"""How pictures are brought to the size at which they are judged."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.images import resize


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
