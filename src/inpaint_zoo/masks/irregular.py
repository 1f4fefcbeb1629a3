"""Irregular masks: random thick, bending strokes with an exact hole ratio.

The strokes follow the idea of the free-form masks of Yu et al., "Free-Form Image Inpainting with Gated Convolution",
ICCV 2019 (algorithm 1: vertices, brush widths and angles at random), with ratio bins as in Liu et al., "Image
Inpainting for Irregular Holes Using Partial Convolutions", ECCV 2018.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from inpaint_zoo.checks import non_empty_list
from inpaint_zoo.masks.drawing.spans import Segment
from inpaint_zoo.masks.drawing.steps import Strokes, most_steps
from inpaint_zoo.masks.generator import MaskRequest, draw_integers
from inpaint_zoo.masks.ranges import (
    count_range,
    hole_counts,
    pixel_range,
    ratio_range,
    share_range,
)


class Point(NamedTuple):
    """A pixel; it may lie outside the image."""

    y: int
    x: int


_NUM_DIRECTIONS = 64
_UNIT = 1024
# rounding hides the last bits, in which the cosines of two machines may differ
_ANGLES = [math.tau * k / _NUM_DIRECTIONS for k in range(_NUM_DIRECTIONS)]
_DIRECTIONS = [Point(round(_UNIT * math.sin(angle)), round(_UNIT * math.cos(angle))) for angle in _ANGLES]


class IrregularMask:
    """Random bending strokes that cover a share of the image drawn uniformly from `ratio`.

    Args:
        ratio: [low, high] share of the pixels that are holes; low < share <= high holds for every mask.
        stroke_width: [low, high] width of a stroke, as a share of the image's shorter side.
        segment_length: [low, high] length of one straight piece, as a share of the image's shorter side.
        num_segments: [low, high] number of straight pieces of a stroke.

    Raises:
        InputError: A range is empty or lies outside [0, 1].

    Examples:
        >>> strokes = IrregularMask(
        ...     ratio=(0.2, 0.4), stroke_width=(0.03, 0.14), segment_length=(0.05, 0.2), num_segments=(3, 12)
        ... )
        >>> mask = strokes(MaskRequest(256, 256, np.random.RandomState(0)))
        >>> mask.shape, mask.dtype, bool(0.2 < mask.mean() <= 0.4)
        ((1, 256, 256), dtype('uint8'), True)
    """

    def __init__(
        self,
        *,
        ratio: Sequence[float] = (0.0, 0.6),
        stroke_width: Sequence[float] = (0.03, 0.14),
        segment_length: Sequence[float] = (0.05, 0.2),
        num_segments: Sequence[int] = (3, 12),
    ) -> None:
        self.ratio = ratio_range(ratio, "mask.ratio")
        self.stroke_width = share_range(stroke_width, "mask.stroke_width")
        self.segment_length = share_range(segment_length, "mask.segment_length")
        self.num_segments = count_range(num_segments, "mask.num_segments")

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        mask = np.zeros((request.height, request.width), dtype=bool)
        (missing,) = draw_integers(request.rng, *hole_counts(self.ratio, mask.size), 1)
        while missing:
            missing -= self._draw_stroke(mask, missing, request.rng)
        return mask[None].view(np.uint8)

    def _draw_stroke(self, mask: np.ndarray, limit: int, rng: np.random.RandomState) -> int:
        """Draw one stroke into `mask`, (H, W) bool, and return how many pixels it added, at most `limit`."""
        points, radius = self._stroke(mask, rng)
        segments = [Segment(*start, *end, 2 * radius) for start, end in pairwise(points)]
        stroke = Strokes(segments, *mask.shape)
        before = int(np.count_nonzero(mask))
        whole = mask | stroke.first(len(segments))
        added = int(np.count_nonzero(whole) - before)
        if added > limit:
            whole, num = most_steps(stroke, mask, before + limit)
            rest = limit - int(np.count_nonzero(whole) - before)
            _add_nearest(whole, stroke.first(num + 1) & ~whole, points[num], rest)
            added = limit
        mask[:] = whole
        return added

    def _stroke(self, mask: np.ndarray, rng: np.random.RandomState) -> tuple[list[Point], int]:
        """Draw the vertices and the radius of a stroke that starts on a known pixel of `mask`."""
        side = min(mask.shape)
        (num,) = draw_integers(rng, *self.num_segments, 1)
        (stroke_width,) = draw_integers(rng, *pixel_range(self.stroke_width, side), 1)
        lengths = draw_integers(rng, *pixel_range(self.segment_length, side), num)
        heading, bend = draw_integers(rng, -_NUM_DIRECTIONS // 2, _NUM_DIRECTIONS // 2, 2)
        turns = draw_integers(rng, -_NUM_DIRECTIONS // 12, _NUM_DIRECTIONS // 12, num)
        points = [_known_pixel(mask, rng)]
        for length, turn in zip(lengths, turns, strict=True):
            heading += turn + bend // 6
            down, right = _DIRECTIONS[heading % _NUM_DIRECTIONS]
            y, x = points[-1]
            points.append(Point(y + down * length // _UNIT, x + right * length // _UNIT))
        return points, max(1, stroke_width // 2)  # radius 0 leaves gaps between the pixels of a slanted line


class BinnedIrregularMask:
    """Irregular masks from ratio bins: bins in turn in evaluation, a random bin in training.

    Args:
        bins: The (low, high] ratio ranges.
        stroke_width: As in `IrregularMask`.
        segment_length: As in `IrregularMask`.
        num_segments: As in `IrregularMask`.

    Raises:
        InputError: There is no bin, or a range is not valid.
    """

    def __init__(
        self,
        *,
        bins: Sequence[Sequence[float]] = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6)),
        stroke_width: Sequence[float] = (0.03, 0.14),
        segment_length: Sequence[float] = (0.05, 0.2),
        num_segments: Sequence[int] = (3, 12),
    ) -> None:
        self.generators = [
            IrregularMask(
                ratio=ratio, stroke_width=stroke_width, segment_length=segment_length, num_segments=num_segments
            )
            for ratio in non_empty_list(bins, "mask.bins", "[[0.2,0.4]]")
        ]

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole; with an `index`, the bins are used in turn."""
        index = request.index
        if index is None:
            (index,) = draw_integers(request.rng, 0, len(self.generators) - 1, 1)
        return self.generators[index % len(self.generators)](request)


def _add_nearest(hole: np.ndarray, pixels: np.ndarray, start: Point, num: int) -> None:
    """Add to `hole` the `num` of `pixels` that are nearest to `start`; both (H, W) bool."""
    y, x = np.nonzero(pixels)
    kept = np.argsort((y - start.y) ** 2 + (x - start.x) ** 2, kind="stable")[:num]
    hole[y[kept], x[kept]] = True


def _known_pixel(mask: np.ndarray, rng: np.random.RandomState) -> Point:
    """A random pixel outside the holes, so that every stroke adds something."""
    (choice,) = draw_integers(rng, 0, mask.size - int(np.count_nonzero(mask)) - 1, 1)
    return Point(*divmod(_nth_known(mask.ravel(), choice), mask.shape[1]))


def _nth_known(mask: np.ndarray, choice: int) -> int:
    """The position of known pixel number `choice`; counting halves is faster than listing all."""
    low, high = 0, mask.size
    while high - low > 1:
        middle = (low + high) // 2
        num_known = middle - low - int(np.count_nonzero(mask[low:middle]))
        low, high, choice = (low, middle, choice) if choice < num_known else (middle, high, choice - num_known)
    return low
