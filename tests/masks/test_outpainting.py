"""Strips along the sides: which, and how wide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import MaskRequest, OutpaintingMask


def strips(mask: np.ndarray) -> tuple[int, int, int, int]:
    """Rows above and below, columns left and right, that are all holes."""
    rows, columns = mask.all(1), mask.all(0)
    ends = rows, rows[::-1], columns, columns[::-1]
    return tuple(int(np.argmin(np.append(end, False))) for end in ends)  # type: ignore[return-value]


@settings(deadline=None, max_examples=60)
@given(
    sides=st.tuples(st.integers(20, 90), st.integers(20, 90)),
    probability=st.sampled_from([0.0, 0.5, 1.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_mask_is_strips_of_the_promised_width(sides: tuple[int, int], probability: float, seed: int) -> None:
    generator = OutpaintingMask(size_ratio=[0.1, 0.3], side_probability=probability)
    mask = generator(MaskRequest(*sides, np.random.RandomState(seed)))[0]
    above, below, left, right = strips(mask)
    known = mask[above : sides[0] - below, left : sides[1] - right]
    assert not known.any()
    assert mask.sum() == mask.size - known.size
    for size, side in ((above, sides[0]), (below, sides[0]), (left, sides[1]), (right, sides[1])):
        assert size == 0 or max(1, round(0.1 * side)) <= size <= round(0.3 * side)
    num = sum(size > 0 for size in (above, below, left, right))
    assert num == {0.0: 1, 1.0: 4}.get(probability, max(num, 1))


def test_every_side_has_its_turn_when_none_is_drawn() -> None:
    generator = OutpaintingMask(size_ratio=[0.25, 0.25], side_probability=0)
    masks = [strips(generator(MaskRequest(16, 16, np.random.RandomState(seed)))[0]) for seed in range(40)]
    assert set(masks) == {(4, 0, 0, 0), (0, 4, 0, 0), (0, 0, 4, 0), (0, 0, 0, 4)}


def test_strips_that_meet_and_odd_probabilities_are_named() -> None:
    with pytest.raises(InputError, match=r"mask\.size_ratio=\[0\.1, 0\.5\] must stay below 0\.5"):
        OutpaintingMask(size_ratio=[0.1, 0.5], side_probability=0.5)
    with pytest.raises(InputError, match=r"mask\.side_probability=1\.5"):
        OutpaintingMask(size_ratio=[0.1, 0.2], side_probability=1.5)
