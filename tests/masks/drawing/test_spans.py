"""Thick lines against their definition, in exact fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.masks.drawing.spans import Segment, fill, spans

SIDE = 20
places = st.integers(-12, SIDE + 12)
segments = st.builds(Segment, places, places, places, places, st.integers(1, 17))


def belongs(y: int, x: int, segment: Segment) -> bool:
    """Whether a pixel is at most half of the width away from the segment."""
    rise, run = segment.end_y - segment.start_y, segment.end_x - segment.start_x
    down, right = y - segment.start_y, x - segment.start_x
    squared_length = rise**2 + run**2
    place = Fraction(down * rise + right * run, squared_length) if squared_length else Fraction(0)
    place = min(max(place, Fraction(0)), Fraction(1))
    return 4 * ((down - place * rise) ** 2 + (right - place * run) ** 2) <= segment.width**2


@settings(deadline=None, max_examples=40)
@given(drawn=st.lists(segments, max_size=4), height=st.integers(1, SIDE), width=st.integers(1, SIDE))
def test_every_pixel_within_half_the_width(drawn: list[Segment], height: int, width: int) -> None:
    expected = [[any(belongs(y, x, segment) for segment in drawn) for x in range(width)] for y in range(height)]
    assert np.array_equal(fill(spans(drawn, height, width).runs, height, width), np.array(expected))


def drawn_slowly(segment: Segment, side: int) -> np.ndarray:
    """The same in whole numbers, for all pixels of a square image at once; segments of an even width."""
    y, x = np.mgrid[:side, :side]
    y, x = y - segment.start_y, x - segment.start_x
    rise, run = segment.end_y - segment.start_y, segment.end_x - segment.start_x
    squared_length, squared_radius = rise**2 + run**2, (segment.width // 2) ** 2
    along, across = y * rise + x * run, y * run - x * rise
    beside = (along > 0) & (along < squared_length) & (across**2 <= squared_radius * squared_length)
    return beside | (y**2 + x**2 <= squared_radius) | ((y - rise) ** 2 + (x - run) ** 2 <= squared_radius)


@pytest.mark.parametrize("side", [256, 2048])
def test_large_images_keep_the_exact_comparison(side: int) -> None:
    rng = np.random.RandomState(side)
    for _ in range(12):
        ends, radius = map(int, rng.randint(-100, side + 100, 4)), int(rng.randint(0, 60))
        segment = Segment(*ends, 2 * radius)
        drawn = fill(spans([segment], side, side).runs, side, side)
        assert np.array_equal(drawn, drawn_slowly(segment, side))


@settings(deadline=None, max_examples=20)
@given(drawn=st.lists(segments, min_size=1, max_size=5))
def test_the_first_segments_alone(drawn: list[Segment]) -> None:
    runs = spans(drawn, SIDE, SIDE)
    for num in range(len(drawn) + 1):
        alone = fill(spans(drawn[:num], SIDE, SIDE).runs, SIDE, SIDE)
        assert np.array_equal(fill(runs.first(num), SIDE, SIDE), alone)
