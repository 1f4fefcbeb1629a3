"""Scratches: long, thin, slightly bent lines with gaps, as on old photographs, films and murals.

The rule and its constants are ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from inpaint_zoo.checks import at_least, probability
from inpaint_zoo.masks.drawing.directions import offset
from inpaint_zoo.masks.drawing.spans import Segment
from inpaint_zoo.masks.drawing.steps import StrokeMask
from inpaint_zoo.masks.generator import draw_integers
from inpaint_zoo.masks.ranges import count_range, pixel_range, scaled_range, share_range

_NUM_PIECES = 12
_UNIT = 1 << 30


class ScratchMask(StrokeMask):
    """Some scratches in about the same direction, as from one movement.

    Args:
        num_scratches: [low, high] number of scratches.
        length: [low, high] of a scratch, as a share of the image's shorter side.
        stroke_width: [low, high] of a piece of a scratch, in pixels of an image of `reference_size`.
        spread: Largest angle between a scratch and the common direction, in degrees.
        gap_probability: Probability that a piece of a scratch, a twelfth of it, is missing; the first never is.
        reference_size: Shorter side, in pixels, for which the widths hold.

    Raises:
        InputError: A range is empty, or the probability is not in [0, 1].
    """

    def __init__(
        self,
        *,
        num_scratches: Sequence[int] = (3, 14),
        length: Sequence[float] = (0.3, 1.0),
        stroke_width: Sequence[int] = (1, 4),
        spread: int = 30,
        gap_probability: float = 0.05,
        reference_size: int = 256,
    ) -> None:
        self.num_scratches = count_range(num_scratches, "mask.num_scratches")
        self.length = share_range(length, "mask.length")
        self.stroke_width = count_range(stroke_width, "mask.stroke_width")
        self.spread = at_least(0, spread, "mask.spread")
        self.gap_probability = probability(gap_probability, "mask.gap_probability")
        self.reference_size = at_least(1, reference_size, "mask.reference_size")

    def segments(self, height: int, width: int, rng: np.random.RandomState) -> Sequence[Segment]:
        """Draw the lines of one mask, scratch after scratch."""
        (num,) = draw_integers(rng, *self.num_scratches, 1)
        (heading,) = draw_integers(rng, 0, 359, 1)
        found: list[Segment] = []
        for turn in draw_integers(rng, -self.spread, self.spread, num):
            found += self._scratch(height, width, heading + turn, rng)
        return found

    def _scratch(self, height: int, width: int, heading: int, rng: np.random.RandomState) -> Iterator[Segment]:
        side = min(height, width)
        (length,) = draw_integers(rng, *pixel_range(self.length, side), 1)
        y, x = draw_integers(rng, 0, height - 1, 1) + draw_integers(rng, 0, width - 1, 1)
        widths = draw_integers(rng, *scaled_range(self.stroke_width, side, self.reference_size), _NUM_PIECES)
        (bend,) = draw_integers(rng, -3, 3, 1)
        turns, dice = draw_integers(rng, -3, 3, _NUM_PIECES), draw_integers(rng, 0, _UNIT - 1, _NUM_PIECES)
        for place, (stroke_width, turn, drawn) in enumerate(zip(widths, turns, dice, strict=True)):
            heading += bend + turn
            down, right = offset(heading, max(1, length // _NUM_PIECES))
            if place == 0 or drawn >= round(self.gap_probability * _UNIT):
                yield Segment(y, x, y + down, x + right, stroke_width)
            y, x = y + down, x + right
