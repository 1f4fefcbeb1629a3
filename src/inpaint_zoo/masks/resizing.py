"""How a mask gets the size of its picture: rules from holes (H, W), exactly 0 or 1, to holes (height, width)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.images import resize_mask


def any_hole(holes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize bilinearly; every pixel that gets anything of a hole is a hole, so that holes grow.

    The rule is that of MISF's evaluation. That the resizing is Pillow's, in 8 bits and with anti-aliasing where it
    shrinks, is ours.
    """
    if holes.shape == (height, width):
        return holes
    gray = Image.fromarray(holes * np.uint8(255)).resize((width, height), Image.Resampling.BILINEAR)
    return (np.asarray(gray) > 0).astype(np.uint8)


def same_size(holes: np.ndarray, height: int, width: int) -> np.ndarray:
    """Resize nothing.

    Raises:
        InputError: The mask has another size than the picture.
    """
    if holes.shape != (height, width):
        raise InputError(
            f"the mask is {holes.shape[1]}x{holes.shape[0]} (width x height), its picture {width}x{height}: make the "
            f"mask as large as the picture, or set size= or mask.resizing=nearest"
        )
    return holes


RESIZINGS: Mapping[str, Callable[[np.ndarray, int, int], np.ndarray]] = {
    "nearest": resize_mask,
    "any": any_hole,
    "refuse": same_size,
}
"""By the name that a configuration gives them."""
