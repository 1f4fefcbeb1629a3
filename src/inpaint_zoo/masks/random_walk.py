"""Ragged holes: the pixels that a random walk visits.

Source: the masks that a reimplementation of partial convolutions (Liu et al., ECCV 2018) trains with,
naoto0804/pytorch-inpainting-with-partial-conv: steps of one pixel in four directions, as many as the image has pixels.
The paper itself uses masks from occlusions in videos, which are files (see `BinnedFileMask`).
"""

from __future__ import annotations

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.drawing.steps import DrawnMask
from inpaint_zoo.masks.generator import MaskRequest, draw_integers


class _Walk:
    """A walk through a (height, width) image, one pixel per step."""

    def __init__(self, pixels: np.ndarray, height: int, width: int) -> None:
        self.num_steps = len(pixels)
        self._pixels = pixels
        self._size = (height, width)

    def first(self, num: int) -> np.ndarray:
        """The hole after `num` steps, bool (H, W)."""
        hole = np.zeros(self._size, dtype=bool)
        hole.ravel()[self._pixels[:num]] = True
        return hole


class RandomWalkMask(DrawnMask):
    """All pixels of a walk that starts anywhere, goes up, down, left or right, and stays inside the image.

    Args:
        steps: Length of the walk, as a multiple of the number of pixels.

    Raises:
        InputError: `steps` is not above 0.
    """

    def __init__(self, *, steps: float = 1.0) -> None:
        if not steps > 0:
            raise InputError(f"mask.steps={steps} must be above 0")
        self.steps = steps

    def drawing(self, request: MaskRequest) -> _Walk:
        """The walk of the next mask, one pixel per step."""
        height, width, rng = request.height, request.width, request.rng
        num = max(1, round(self.steps * height * width))
        start = draw_integers(rng, 0, height - 1, 1) + draw_integers(rng, 0, width - 1, 1)
        # two bits per step, four steps per byte
        steps = np.frombuffer(rng.bytes(num // 4 + 1), dtype=np.uint8)
        y = _folded(start[0], _DOWN[steps].ravel()[:num], height)
        x = _folded(start[1], _RIGHT[steps].ravel()[:num], width)
        return _Walk(y * width + x, height, width)


_FOUR_STEPS = np.arange(256)[:, None] >> np.array([0, 2, 4, 6]) & 3
_DOWN = np.array([0, 0, 1, -1], dtype=np.int8)[_FOUR_STEPS]
_RIGHT = np.array([1, -1, 0, 0], dtype=np.int8)[_FOUR_STEPS]
"""The four steps of each byte, (256, 4)."""


def _folded(start: int, steps: np.ndarray, side: int) -> np.ndarray:
    """Fold an unbounded walk into [0, side): a step that would leave the image stays, and the rest is mirrored."""
    places = np.cumsum(steps, dtype=np.int32)
    places += start
    places -= places // (2 * side) * (2 * side)
    return np.asarray(np.minimum(places, 2 * side - 1 - places))
