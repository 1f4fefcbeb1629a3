"""Thick lines as runs of pixels, many at once, in integer arithmetic: the same pixels with every library version.

A line with round ends is convex, so each row of the image holds one run of it. Runs are positions in the flattened
image: a run from 3 to 7 covers the pixels 3, 4, 5 and 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_FAR = 1 << 24
"""More than the length of any side."""
_HALF = 32
_LOW = (1 << _HALF) - 1


class Segment(NamedTuple):
    """A thick straight line; its ends may lie outside the image."""

    start_y: int
    start_x: int
    end_y: int
    end_x: int
    width: int
    """Pixels at a distance of at most half of this belong to the line."""


class Spans(NamedTuple):
    """The runs of some segments in an image; runs of different segments may overlap."""

    runs: np.ndarray
    """int64 (runs,): start in the high 32 bits, end in the low ones; segment after segment."""
    seen: np.ndarray
    """bool (rows,): which of all rows of all segments have a run inside the image."""
    last_rows: np.ndarray
    """int64 (segments,): the number of rows of each segment and all before it."""

    def first(self, num: int) -> np.ndarray:
        """The runs of the first `num` segments."""
        num_rows = self.last_rows[num - 1] if num else 0
        return self.runs[: np.count_nonzero(self.seen[:num_rows])]


def spans(segments: Sequence[Segment] | np.ndarray, height: int, width: int) -> Spans:
    """The runs of segments, a list or int64 (segments, 5), in a (height, width) image."""
    parts = np.asarray(segments, dtype=np.int64).reshape(-1, 5)
    radius = parts[:, 4] >> 1
    top = np.maximum(np.minimum(parts[:, 0], parts[:, 2]) - radius, 0)
    num_rows = np.maximum(np.minimum(np.maximum(parts[:, 0], parts[:, 2]) + radius + 1, height) - top, 0)
    last = num_rows.cumsum()
    table = np.repeat(_table(parts, top + num_rows - last), num_rows, axis=1)
    row = np.arange(table.shape[1]) + table[18]
    left, right = _columns(table, row - table[0])
    first = row * width
    np.maximum(left, 0, out=left)
    np.minimum(right, width, out=right)
    seen = left < right
    runs = ((first + left) << _HALF | (first + right))[seen]
    return Spans(runs, seen, last)


def _columns(table: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first column in each row, `y` rows below the segment's start, and the column after the last."""
    # beside the line: four bounds of the column, each an integer quotient that is linear in y
    bounds = table[8:12] * y
    bounds += table[4:8]
    bounds //= table[12:16]
    reach = np.minimum(bounds[:2], bounds[2:])
    np.copyto(reach, -_FAR, where=reach[0] + reach[1] < 0)
    # around its ends
    rows = np.stack([y, y - table[2]])
    rest = table[3] - 4 * rows * rows
    half = np.sqrt(np.maximum(rest, 0) >> 2).astype(np.int64)  # exact: the square root of IEEE 754, rounded down
    np.copyto(half, -_FAR, where=rest < 0)
    np.maximum(reach, half[0], out=reach)
    np.maximum(reach, half[1] + table[16:18], out=reach)
    return table[1] - reach[0], table[1] + reach[1] + 1


def _table(parts: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """What `_columns` needs of each segment, int64 (19, segments); the last row is `shift`.

    With the line from (0, 0) to (rise, run), pixel (y, x) lies beside it where 0 <= y rise + x run <= length**2 and
    abs(y run - x rise) <= width length / 2. Each of the four bounds becomes (constant + slope y) // divisor, the
    farthest column to the left or to the right.
    """
    start_y, start_x, end_y, end_x, width = parts.T
    rise, run = end_y - start_y, np.abs(end_x - start_x)
    height = np.abs(rise)
    squared_length = rise * rise + run * run
    # the integer root keeps the comparison of squares exact; a point has nothing beside it
    reach = np.sqrt(width * width * squared_length // 4).astype(np.int64) - (squared_length == 0)
    # a bound that does not depend on the column holds for all columns or for none
    flat, upright = (height == 0) * _FAR, (run == 0) * _FAR
    by_height, by_run = 2 * flat + 1, 2 * upright + 1
    along, across = rise * by_run, np.sign(rise) * run
    table = np.empty((19, len(parts)), dtype=np.int64)
    table[0], table[1], table[2], table[3] = start_y, start_x, rise, width * width
    table[4], table[5] = upright, squared_length * by_run + upright
    table[6:8] = reach * by_height + flat
    table[8], table[9], table[10], table[11] = along, -along, -across, across
    table[12:14], table[14:16] = np.maximum(run, 1), np.maximum(height, 1)
    table[16], table[17], table[18] = -run, run, shift
    mirrored = np.flatnonzero(end_x < start_x)
    table[4:18, mirrored] = table[_MIRROR[:, None], mirrored]
    return table


_MIRROR = np.array([5, 4, 7, 6, 9, 8, 11, 10, 12, 13, 14, 15, 17, 16])
"""The rows of a table from the fifth on, with left and right exchanged."""


def fill(runs: np.ndarray, height: int, width: int) -> np.ndarray:
    """The pixels that runs, int64 as in `Spans`, cover: bool (height, width)."""
    if not len(runs):
        return np.zeros((height, width), dtype=bool)
    ordered = np.sort(runs)
    starts, reached = ordered >> _HALF, np.maximum.accumulate(ordered & _LOW)
    apart = np.flatnonzero(starts[1:] > reached[:-1])
    cuts = np.empty(2 * len(apart) + 4, dtype=np.int64)
    cuts[0], cuts[1], cuts[-2], cuts[-1] = 0, starts[0], reached[-1], height * width
    cuts[2:-2:2], cuts[3:-2:2] = reached[apart], starts[apart + 1]
    inside = np.zeros(len(cuts) - 1, dtype=bool)
    inside[1::2] = True
    return np.repeat(inside, cuts[1:] - cuts[:-1]).reshape(height, width)
