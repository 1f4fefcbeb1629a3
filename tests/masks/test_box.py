"""Boxes are full rectangles of the promised size, where they were asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import BoxMask, MaskRequest

sides = st.integers(32, 200)
ratios = st.tuples(st.integers(1, 100), st.integers(1, 100)).map(lambda pair: [value / 100 for value in sorted(pair)])


def edges(mask: np.ndarray) -> tuple[int, int, int, int]:
    """First and last row and column of the holes."""
    rows, columns = np.flatnonzero(mask[0].any(1)), np.flatnonzero(mask[0].any(0))
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


@settings(deadline=None, max_examples=60)
@given(height=sides, width=sides, size_ratio=ratios, offset_ratio=st.integers(0, 4), seed=st.integers(0, 999))
def test_one_full_rectangle_of_the_promised_size(
    height: int, width: int, size_ratio: list[float], offset_ratio: int, seed: int
) -> None:
    generator = BoxMask(size_ratio=size_ratio, offset_ratio=offset_ratio / 4)
    mask = generator(MaskRequest(height, width, np.random.RandomState(seed)))
    top, bottom, left, right = edges(mask)
    assert mask.shape == (1, height, width)
    assert mask.sum() == (bottom - top + 1) * (right - left + 1)
    for size, side in ((bottom - top + 1, height), (right - left + 1, width)):
        assert max(1, round(size_ratio[0] * side)) <= size <= max(1, round(size_ratio[1] * side))
    assert np.array_equal(mask, generator(MaskRequest(height, width, np.random.RandomState(seed), index=2)))


def test_without_offset_it_lies_in_the_center() -> None:
    mask = BoxMask(size_ratio=[0.5, 0.5], offset_ratio=0)(MaskRequest(64, 128, np.random.RandomState(0)))
    assert edges(mask) == (16, 47, 32, 95)


def test_with_full_offset_it_reaches_both_borders() -> None:
    generator = BoxMask(size_ratio=[0.5, 0.5], offset_ratio=1)
    found = [edges(generator(MaskRequest(32, 32, np.random.RandomState(seed)))) for seed in range(200)]
    assert {edge[0] for edge in found} == {edge[2] for edge in found} == set(range(17))


@pytest.mark.parametrize(("size_ratio", "offset_ratio"), [([0.0, 0.5], 0), ([0.5], 0), ([0.5, 0.5], 1.5)])
def test_unusable_ranges_are_named(size_ratio: list[float], offset_ratio: float) -> None:
    with pytest.raises(InputError, match=r"mask\.(size|offset)_ratio="):
        BoxMask(size_ratio=size_ratio, offset_ratio=offset_ratio)
