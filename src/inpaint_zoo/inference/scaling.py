"""Fill a part of an image at a smaller size, where holes are larger than a method can fill well."""

from __future__ import annotations

import cv2
import numpy as np

from inpaint_zoo.evaluation.methods import Filler
from inpaint_zoo.images.arrays import FloatImageArray, Hole


def fill_scaled(method: Filler, image: FloatImageArray, hole: Hole, longest: int | None) -> FloatImageArray:
    """Fill a hole with the longer side of the image scaled down to at most `longest`.

    Args:
        method: Fills the smaller image.
        image: (H, W, 3) in [0, 1]; values in the hole are not read.
        hole: (H, W), True = hole.
        longest: Pixels; None keeps the size.

    Returns:
        (H, W, 3) in [0, 1]; known pixels are those of `image`.
    """
    height, width = hole.shape
    if longest is None or max(hole.shape) <= longest:
        return method.fill(image, hole)
    scale = longest / max(hole.shape)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    known = (~hole).astype(np.float32)
    share = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
    # the mean of the known pixels alone: what stands in the hole must not bleed into its border
    sums = cv2.resize(np.where(hole[..., None], np.float32(0), image), size, interpolation=cv2.INTER_AREA)
    small = sums / np.maximum(share, 1e-6)[..., None]
    filled = method.fill(np.clip(small, 0, 1), share < min(np.float32(0.5), share.max()))
    large = cv2.resize(filled, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.where(hole[..., None], np.clip(large, 0, 1), image)
