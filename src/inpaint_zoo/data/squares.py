"""The square that is first cut out of the centre of an image."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.resizing import center_crop


def center_square(image: np.ndarray, side: int | None) -> np.ndarray:
    """Cut a square out of the centre of (H, W, ...); None does not crop.

    Raises:
        InputError: The image is smaller than the square.
    """
    if side is None:
        return image
    height, width = image.shape[:2]
    if min(height, width) < side:
        raise InputError(f"an image of {width}x{height} (width x height) is smaller than data.center_crop={side}")
    return center_crop(image, (side, side))


def prepared_square(image: np.ndarray, side: int | None, prepare: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Cut a square out of the centre of (H, W, 3), then apply `prepare`."""
    return prepare(center_square(image, side))
