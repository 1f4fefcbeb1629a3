"""Rectangular holes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.generator import MaskRequest, draw_integers
from inpaint_zoo.masks.ranges import pixel_range, share_range


class BoxMask:
    """One rectangle of random size.

    Args:
        size_ratio: [low, high] of the rectangle's sides, as a share of the image's sides, drawn for each side.
        offset_ratio: How far the rectangle may lie from the centre, as a share of the free space: 0 keeps it in the
            centre, 1 allows any place.

    Raises:
        InputError: A range is not valid.

    Examples:
        >>> centre = BoxMask(size_ratio=(0.5, 0.5), offset_ratio=0)
        >>> float(centre(MaskRequest(128, 128, np.random.RandomState(0))).mean())
        0.25
    """

    def __init__(self, *, size_ratio: Sequence[float] = (0.25, 0.6), offset_ratio: float = 1.0) -> None:
        self.size_ratio = share_range(size_ratio, "mask.size_ratio")
        if not 0 <= offset_ratio <= 1:
            raise InputError(f"mask.offset_ratio={offset_ratio} must lie in [0, 1]")
        self.offset_ratio = offset_ratio

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        mask = np.zeros((1, request.height, request.width), dtype=np.uint8)
        mask[:, self._place(request.height, request.rng), self._place(request.width, request.rng)] = 1
        return mask

    def _place(self, side: int, rng: np.random.RandomState) -> slice:
        (size,) = draw_integers(rng, *pixel_range(self.size_ratio, side), 1)
        room = side - size
        reach = round(room * self.offset_ratio)
        (offset,) = draw_integers(rng, 0, reach, 1)
        start = (room - reach) // 2 + offset
        return slice(start, start + size)
