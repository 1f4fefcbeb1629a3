"""Thick lines against their definition, in exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.masks.brush import Patch, Point, capsule, nearest_pixels

SIDE = 24
points = st.builds(Point, st.integers(-10, SIDE + 10), st.integers(-10, SIDE + 10))


def squared_distance(pixel: Point, start: Point, end: Point) -> Fraction:
    direction = (end.y - start.y, end.x - start.x)
    offset = (pixel.y - start.y, pixel.x - start.x)
    squared_length = direction[0] ** 2 + direction[1] ** 2
    along = offset[0] * direction[0] + offset[1] * direction[1]
    place = min(max(Fraction(along, squared_length), Fraction(0)), Fraction(1)) if squared_length else Fraction(0)
    return (offset[0] - place * direction[0]) ** 2 + (offset[1] - place * direction[1]) ** 2


@settings(deadline=None, max_examples=40)
@given(start=points, end=points, radius=st.integers(0, 9))
def test_capsule_is_every_pixel_within_the_radius(start: Point, end: Point, radius: int) -> None:
    expected = [[squared_distance(Point(y, x), start, end) <= radius**2 for x in range(SIDE)] for y in range(SIDE)]
    patch = capsule(start, end, radius, SIDE, SIDE)
    drawn = np.zeros((SIDE, SIDE), dtype=bool)
    drawn[patch.rows, patch.columns] = patch.pixels
    assert np.array_equal(drawn, np.array(expected))


def test_nearest_pixels_takes_the_nearest_of_the_patch() -> None:
    pixels = np.array([[1, 1, 0, 1, 1]], dtype=bool)
    kept = nearest_pixels(Patch(slice(3, 4), slice(10, 15), pixels), Point(3, 14), 3)
    assert kept.tolist() == [[False, True, False, True, True]]
