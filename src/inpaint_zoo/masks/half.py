"""One half of the image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.generator import MaskRequest, draw_integers


class HalfMask:
    """The half of the image on a random side; if the number of pixels is odd, the smaller part.

    Args:
        sides: The sides to choose from: `left`, `right`, `top`, `bottom`.

    Raises:
        InputError: A side is unknown, or there is none.
    """

    def __init__(self, *, sides: Sequence[str] = ("left", "right", "top", "bottom")) -> None:
        if not sides:
            raise InputError("mask.sides is empty: give some of left, right, top, bottom, such as mask.sides=[left]")
        self._halves = [choose(_HALVES, side, "mask.sides") for side in sides]

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        height, width = request.height, request.width
        (choice,) = draw_integers(request.rng, 0, len(self._halves) - 1, 1)
        first_row, end_row, first_column, end_column = self._halves[choice]
        mask = np.zeros((1, height, width), dtype=np.uint8)
        rows = slice(-(-first_row * height // 2), end_row * height // 2)
        mask[:, rows, -(-first_column * width // 2) : end_column * width // 2] = 1
        return mask


_HALVES = {"left": (0, 2, 0, 1), "right": (0, 2, 1, 2), "top": (0, 1, 0, 2), "bottom": (1, 2, 0, 2)}
"""First and end row, first and end column, in halves of the image."""
