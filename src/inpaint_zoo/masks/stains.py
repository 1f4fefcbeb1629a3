"""Stains: round blots with an uneven rim and splashes around them, as of damp, mould and ink.

The rule and its constants are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from inpaint_zoo.masks.drawing.directions import offset
from inpaint_zoo.masks.drawing.spans import Segment
from inpaint_zoo.masks.drawing.steps import StrokeMask
from inpaint_zoo.masks.generator import draw_integers
from inpaint_zoo.masks.ranges import count_range, pixel_range, share_range

_NUM_LOBES = 18


class StainMask(StrokeMask):
    """Some stains; each is a disc with smaller discs on its rim, and splashes farther out.

    Args:
        num_stains: [low, high] number of stains.
        stain_size: [low, high] diameter of a stain's middle, as a share of the image's shorter side.
        num_splashes: [low, high] number of splashes of a stain.

    Raises:
        InputError: A range is empty.
    """

    def __init__(
        self,
        *,
        num_stains: Sequence[int] = (1, 4),
        stain_size: Sequence[float] = (0.06, 0.28),
        num_splashes: Sequence[int] = (4, 16),
    ) -> None:
        self.num_stains = count_range(num_stains, "mask.num_stains")
        self.stain_size = share_range(stain_size, "mask.stain_size")
        self.num_splashes = count_range(num_splashes, "mask.num_splashes", least=0)

    def segments(self, height: int, width: int, rng: np.random.RandomState) -> Sequence[Segment]:
        """Draw the discs of one mask, stain after stain, from the middle outwards."""
        (num,) = draw_integers(rng, *self.num_stains, 1)
        return [disc for _ in range(num) for disc in self._stain(height, width, rng)]

    def _stain(self, height: int, width: int, rng: np.random.RandomState) -> Iterator[Segment]:
        (size,) = draw_integers(rng, *pixel_range(self.stain_size, min(height, width)), 1)
        y, x = draw_integers(rng, 0, height - 1, 1) + draw_integers(rng, 0, width - 1, 1)
        (stretch,) = draw_integers(rng, 0, 50, 1)
        (lean,) = draw_integers(rng, 0, 179, 1)
        far_y, far_x = offset(lean, size * stretch // 100)
        yield Segment(y - far_y // 2, x - far_x // 2, y + far_y // 2, x + far_x // 2, size)
        (num_splashes,) = draw_integers(rng, *self.num_splashes, 1)
        for farthest, largest, num in ((52, 55, _NUM_LOBES), (110, 12, num_splashes)):
            angles, sizes = draw_integers(rng, 0, 359, num), draw_integers(rng, largest // 4, largest, num)
            places, distances = draw_integers(rng, -50, 50, num), draw_integers(rng, farthest - 14, farthest, num)
            for angle, share, place, distance in zip(angles, sizes, places, distances, strict=True):
                down, right = offset(angle, size * distance // 100)
                disc = y + down + far_y * place // 100, x + right + far_x * place // 100
                yield Segment(*disc, *disc, max(1, size * share // 100))
