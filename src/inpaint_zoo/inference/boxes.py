"""Rectangles of an image."""

from __future__ import annotations

from typing import NamedTuple


class Box(NamedTuple):
    """Rows [top, bottom) and columns [left, right) of an image."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self.bottom - self.top, self.right - self.left

    @property
    def cut(self) -> tuple[slice, slice]:
        """Index of the box in an image (H, W, ...)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def inside(self, other: Box) -> Box:
        """The same box as seen from the corner of another one."""
        return Box(self.top - other.top, self.left - other.left, self.bottom - other.top, self.right - other.left)


def grown(box: Box, size: tuple[int, int], within: tuple[int, int]) -> Box:
    """The box of (height, width) around the middle of `box`, moved and cut so that it lies within an image.

    A box larger than `size` keeps its own side.
    """
    spans = []
    for first, last, wanted, side in zip(box[:2], box[2:], size, within, strict=True):
        length = min(max(wanted, last - first), side)
        start = min(max((first + last - length) // 2, 0), side - length)
        spans.append((start, start + length))
    (top, bottom), (left, right) = spans
    return Box(top, left, bottom, right)
