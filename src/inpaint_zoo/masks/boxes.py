"""Several rectangular holes.

Source: the boxes in the masks of LaMa (Suvorov et al., WACV 2022), as in the authors' released code.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import at_least
from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.drawing.steps import DrawnMask
from inpaint_zoo.masks.generator import MaskRequest, draw_integers
from inpaint_zoo.masks.ranges import count_range, scaled_range


class _Rectangles:
    """Rectangles (top, bottom, left, right) in a (height, width) image, one per step."""

    def __init__(self, boxes: list[tuple[int, int, int, int]], height: int, width: int) -> None:
        self.num_steps = len(boxes)
        self._boxes = boxes
        self._size = (height, width)

    def first(self, num: int) -> np.ndarray:
        """The hole after `num` rectangles, bool (H, W)."""
        hole = np.zeros(self._size, dtype=bool)
        for top, bottom, left, right in self._boxes[:num]:
            hole[top:bottom, left:right] = True
        return hole


class BoxesMask(DrawnMask):
    """Some rectangles, which may overlap.

    Args:
        num_boxes: [low, high] number of rectangles.
        box_size: [low, high] of their sides, in pixels of an image of `reference_size`.
        margin: Width of the known border, in pixels of an image of `reference_size`.
        reference_size: Shorter side, in pixels, for which sizes and margin hold.

    Raises:
        InputError: A range is empty, or the margins leave no room.
    """

    def __init__(
        self,
        *,
        num_boxes: Sequence[int] = (2, 6),
        box_size: Sequence[int] = (24, 96),
        margin: int = 0,
        reference_size: int = 256,
    ) -> None:
        self.num_boxes = count_range(num_boxes, "mask.num_boxes")
        self.box_size = count_range(box_size, "mask.box_size")
        self.margin = at_least(0, margin, "mask.margin")
        self.reference_size = at_least(1, reference_size, "mask.reference_size")
        if 2 * margin >= reference_size:
            raise InputError(f"mask.margin={margin} leaves no room in mask.reference_size={reference_size}")

    def drawing(self, request: MaskRequest) -> _Rectangles:
        """The rectangles of the next mask, one per step."""
        height, width, rng = request.height, request.width, request.rng
        (num,) = draw_integers(rng, *self.num_boxes, 1)
        margin = self.margin * min(height, width) // self.reference_size
        sizes = scaled_range(self.box_size, min(height, width), self.reference_size)
        low, high = (min(size, min(height, width) - 2 * margin) for size in sizes)
        boxes = []
        for box_height, box_width in zip(*[iter(draw_integers(rng, low, high, 2 * num))] * 2, strict=True):
            (top,) = draw_integers(rng, margin, height - margin - box_height, 1)
            (left,) = draw_integers(rng, margin, width - margin - box_width, 1)
            boxes.append((top, top + box_height, left, left + box_width))
        return _Rectangles(boxes, height, width)
