"""8-bit pictures: every metric of the `standard` protocol is taken on what a PNG file would hold."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from inpaint_zoo.errors import InputError

Picture: TypeAlias = NDArray[np.uint8]
"""(H, W, 3), RGB, 0 to 255."""
Hole: TypeAlias = NDArray[np.bool_]
"""(H, W), True = hole."""


def to_uint8(image: Tensor) -> Picture:
    """Round a picture to the 8 bits that a file holds.

    Values are clamped to [0, 1], multiplied by 255 and rounded to the nearest integer; a value exactly between two
    integers goes to the even one, as `numpy.round` does.

    Args:
        image: (3, H, W) or (B, 3, H, W), any float type, in the [0, 1] scale.

    Returns:
        (H, W, 3) or (B, H, W, 3).

    Raises:
        InputError: the picture holds NaN, as a diverged network's does.
    """
    levels = image.detach().float().clamp(0, 1).mul(255).round()
    if torch.isnan(levels).any():
        raise InputError("the picture holds NaN: the network that made it has diverged, use an earlier checkpoint")
    return levels.to(torch.uint8).movedim(-3, -1).cpu().numpy()


def as_hole(mask: NDArray[np.generic]) -> Hole:
    """Turn a (H, W) mask, 0 = known and anything else = hole, into booleans."""
    return np.asarray(mask).astype(bool)


def check_same_size(target: Picture, composite: Picture, mask: NDArray[np.generic]) -> None:
    """Refuse arrays that do not describe one picture.

    Raises:
        InputError: a picture is not (H, W, 3) uint8, or the sizes differ.
    """
    for title, picture in (("target", target), ("composite", composite)):
        if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
            raise InputError(f"the {title} is {picture.dtype} {picture.shape}: give an 8-bit RGB picture (H, W, 3)")
    if target.shape != composite.shape or target.shape[:2] != mask.shape:
        raise InputError(
            f"sizes differ: target {target.shape[:2]}, composite {composite.shape[:2]}, mask {mask.shape}; "
            "resize them to one height and width"
        )
