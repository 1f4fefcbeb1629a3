"""Thick lines in integer arithmetic: the same pixels with every version of every library."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np


class Point(NamedTuple):
    """A pixel; it may lie outside of the picture."""

    y: int
    x: int


class Patch(NamedTuple):
    """A part of a picture: where it lies, and which of its pixels are meant."""

    rows: slice
    columns: slice
    pixels: np.ndarray
    """bool, (rows, columns)."""


def capsule(start: Point, end: Point, radius: int, height: int, width: int) -> Patch:
    """The pixels of a (height, width) picture at most `radius` away from the segment from `start` to `end`."""
    top, left = max(min(start.y, end.y) - radius, 0), max(min(start.x, end.x) - radius, 0)
    bottom = max(min(max(start.y, end.y) + radius + 1, height), top)
    right = max(min(max(start.x, end.x) + radius + 1, width), left)
    y = np.arange(top - start.y, bottom - start.y)[:, None]
    x = np.arange(left - start.x, right - start.x)[None]
    dy, dx = end.y - start.y, end.x - start.x
    pixels = _disc(y, x, radius)
    if dy or dx:
        pixels |= _disc(y - dy, x - dx, radius)
        pixels |= _band(y, x, dy, dx, radius)
    return Patch(slice(top, bottom), slice(left, right), pixels)


def _disc(y: np.ndarray, x: np.ndarray, radius: int) -> np.ndarray:
    return np.asarray(y * y + x * x <= radius * radius)


def _band(y: np.ndarray, x: np.ndarray, dy: int, dx: int, radius: int) -> np.ndarray:
    """Pixels beside the segment from (0, 0) to (dy, dx), (rows, columns)."""
    squared_length = dy * dy + dx * dx
    along = y * dy + x * dx
    across = y * dx - x * dy
    # across**2 / squared_length is the squared distance to the line; isqrt keeps the comparison exact
    limit = math.isqrt(radius * radius * squared_length)
    return np.asarray((along >= 0) & (along <= squared_length) & (np.abs(across) <= limit))


def nearest_pixels(patch: Patch, start: Point, num: int) -> np.ndarray:
    """The `num` pixels of `patch` nearest to `start`, bool (rows, columns)."""
    y, x = np.nonzero(patch.pixels)
    squared_distance = (y + patch.rows.start - start.y) ** 2 + (x + patch.columns.start - start.x) ** 2
    kept = np.argsort(squared_distance, kind="stable")[:num]
    nearest = np.zeros_like(patch.pixels)
    nearest[y[kept], x[kept]] = True
    return nearest
