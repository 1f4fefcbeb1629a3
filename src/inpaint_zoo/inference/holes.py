"""The holes of a mask, told apart on a grid of cells, so that huge masks cost little."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.inference.boxes import Box

CELLS = 512
"""Most cells along each side of a mask; a cell has at least 4 x 4 pixels."""


class Holes:
    """The connected holes of a mask; small ones that are neighbours count as one.

    Args:
        hole: (H, W), True = hole, at least one pixel.
        small: Pixels: holes of at most half this side are joined, as long as their box has at most this side.
    """

    def __init__(self, hole: Hole, small: int) -> None:
        self.hole = hole
        self._cell = max(4, -(-max(hole.shape) // CELLS))
        cells = _pooled(hole, self._cell, np.logical_or).astype(np.uint8)
        _, labels, found, _ = cv2.connectedComponentsWithStats(cells, connectivity=8)
        left, top, width, height, _ = found[1:].T.astype(np.int64)
        boxes = np.column_stack([top, left, top + height, left + width])
        spans = np.minimum(boxes * self._cell, [*hole.shape, *hole.shape])
        group = _groups(spans, small / 2)
        self._numbers = np.concatenate([[-1], group])[labels]
        self.boxes = [Box(*box) for box in _joined(spans, group).tolist()]
        """The box of every hole; boxes may overlap where holes do not."""

    def own(self, number: int) -> Hole:
        """The pixels of a hole: (h, w) bool, in its box."""
        box = self.boxes[number]
        rows, columns = np.arange(box.top, box.bottom), np.arange(box.left, box.right)
        is_own: Hole = self._numbers[np.ix_(rows // self._cell, columns // self._cell)] == number
        return self.hole[box.cut] & is_own

    def radii(self) -> NDArray[np.float32]:
        """For every hole, the largest distance in pixels from one of its pixels to what is known."""
        distances = cv2.distanceTransform(self.hole.astype(np.uint8), cv2.DIST_L2, 3)
        farthest = np.zeros(len(self.boxes) + 1, np.float32)
        np.maximum.at(farthest, self._numbers + 1, _pooled(distances, self._cell, np.maximum))
        return farthest[1:]


def _pooled(values: NDArray[np.generic], cell: int, reduce: np.ufunc) -> NDArray[np.generic]:
    """Reduce every cell of `cell` x `cell` values to one."""
    rows = reduce.reduceat(values, np.arange(0, values.shape[0], cell), axis=0)
    return reduce.reduceat(rows, np.arange(0, values.shape[1], cell), axis=1)


def _groups(spans: NDArray[np.int64], side: float) -> NDArray[np.int64]:
    """Number the holes: those of at most `side` whose middles lie in one square of this side get the same number."""
    squares = ((spans[:, :2] + spans[:, 2:]) / 2 // side).astype(np.int64)
    alone = (spans[:, 2:] - spans[:, :2]).max(axis=1) > side
    keys = np.column_stack([np.where(alone, np.arange(1, len(spans) + 1), 0), np.where(alone[:, None], 0, squares)])
    return np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)


def _joined(spans: NDArray[np.int64], group: NDArray[np.int64]) -> NDArray[np.int64]:
    """The box around the boxes of every group."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    first = np.minimum.reduceat(spans[order, :2], starts)
    return np.concatenate([first, np.maximum.reduceat(spans[order, 2:], starts)], axis=1)
