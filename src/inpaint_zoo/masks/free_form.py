"""Free-form strokes that zigzag through the image.

Source: Yu et al., "Free-Form Image Inpainting with Gated Convolution" (DeepFillv2), ICCV 2019, algorithm 1: lines
between vertices with round joints, whose angles alternate, mirrored at random. The constants in the configuration are
those of the authors' released code. Our changes: whole degrees; lengths from a sum of twelve integers instead of a
normal distribution, whose last bits differ between machines; widths that grow with the image.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from inpaint_zoo.checks import at_least
from inpaint_zoo.masks.drawing.directions import offset
from inpaint_zoo.masks.drawing.spans import Segment
from inpaint_zoo.masks.drawing.steps import StrokeMask
from inpaint_zoo.masks.generator import draw_integers
from inpaint_zoo.masks.ranges import count_range, scaled_range

_UNIT = 1 << 30
_NUM_SUMMED = 12
"""The sum of so many uniform numbers is almost normal, with a standard deviation equal to their range."""


class FreeFormMask(StrokeMask):
    """Some strokes, each a zigzag of constant width.

    Args:
        num_strokes: [low, high] number of strokes.
        num_vertices: [low, high] number of straight pieces of a stroke.
        angle: Mean angle of the pieces, in degrees; pieces lead up and down in turn.
        angle_spread: Largest distance of the angles of a stroke from their mean, in degrees.
        stroke_width: [low, high] in pixels of an image of `reference_size`.
        reference_size: Shorter side, in pixels, for which the widths hold.

    Raises:
        InputError: A range is empty.
    """

    def __init__(
        self,
        *,
        num_strokes: Sequence[int] = (1, 3),
        num_vertices: Sequence[int] = (4, 11),
        angle: int = 72,
        angle_spread: int = 24,
        stroke_width: Sequence[int] = (12, 39),
        reference_size: int = 256,
    ) -> None:
        self.num_strokes = count_range(num_strokes, "mask.num_strokes")
        self.num_vertices = count_range(num_vertices, "mask.num_vertices")
        self.angle = angle
        self.angle_spread = at_least(0, angle_spread, "mask.angle_spread")
        self.stroke_width = count_range(stroke_width, "mask.stroke_width")
        self.reference_size = at_least(1, reference_size, "mask.reference_size")

    def segments(self, height: int, width: int, rng: np.random.RandomState) -> Sequence[Segment]:
        """Draw the lines of one mask, stroke after stroke."""
        (num,) = draw_integers(rng, *self.num_strokes, 1)
        return [segment for _ in range(num) for segment in self._stroke(height, width, rng)]

    def _stroke(self, height: int, width: int, rng: np.random.RandomState) -> Iterator[Segment]:
        most = self.num_vertices[1]
        # one call for all numbers of a stroke takes an eighth of the time of a call for each
        drawn = rng.randint(0, _UNIT, size=8 + most * (1 + _NUM_SUMMED), dtype=np.int64)
        num, stroke_width, y, x, below, above, upside_down, mirrored = self._choices(drawn[:8].tolist(), height, width)
        lowest = self.angle - below
        angles = (lowest + (drawn[8 : 8 + num] * (below + above + 1) // _UNIT)).tolist()
        points = [(y, x)]
        for place, length in enumerate(_lengths(height, width, drawn[8 + most :].reshape(most, _NUM_SUMMED)[:num])):
            down, right = offset(angles[place] if place % 2 else -angles[place], length)
            y, x = min(max(y + down, 0), height), min(max(x + right, 0), width)
            points.append((y, x))
        for (y, x), (end_y, end_x) in pairwise(points):
            rows = (height - y, height - end_y) if upside_down else (y, end_y)
            columns = (width - x, width - end_x) if mirrored else (x, end_x)
            yield Segment(rows[0], columns[0], rows[1], columns[1], stroke_width)

    def _choices(self, drawn: Sequence[int], height: int, width: int) -> list[int]:
        """Turn numbers below `_UNIT` into number of vertices, width, start, spread of the angles, and mirroring."""
        widths = scaled_range(self.stroke_width, min(height, width), self.reference_size)
        spread = (0, self.angle_spread)
        ranges = (self.num_vertices, widths, (0, height - 1), (0, width - 1), spread, spread, (0, 1), (0, 1))
        return [low + number * (high - low + 1) // _UNIT for number, (low, high) in zip(drawn, ranges, strict=True)]


def _lengths(height: int, width: int, drawn: np.ndarray) -> list[int]:
    """About normal lengths: mean an eighth of the diagonal, standard deviation half of the mean, within two deviations.

    Args:
        height: Of the image.
        width: Of the image.
        drawn: int64 (lengths, 12), numbers below `_UNIT`.
    """
    mean = math.isqrt(height * height + width * width) // 8
    spread = max(mean // 2 - 1, 0)
    sums = (drawn * (spread + 1) // _UNIT).sum(axis=1).tolist()
    return [min(max(total - _NUM_SUMMED * spread // 2 + mean, 0), 2 * mean) for total in sums]
