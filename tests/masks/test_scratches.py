"""Scratches: connected pieces, gaps, directions."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import ScratchMask
from inpaint_zoo.masks.drawing.spans import Segment


def drawn(seed: int, **changes: Any) -> list[Segment]:
    arguments: dict[str, Any] = {
        "num_scratches": [1, 1],
        "length": [0.6, 0.6],
        "stroke_width": [1, 3],
        "spread": 0,
        "gap_probability": 0.0,
        "reference_size": 100,
    }
    return list(ScratchMask(**(arguments | changes)).segments(100, 120, np.random.RandomState(seed)))


@pytest.mark.parametrize("seed", range(20))
def test_a_scratch_without_gaps_is_twelve_connected_pieces(seed: int) -> None:
    pieces = drawn(seed)
    assert len(pieces) == 12
    assert all(one[2:4] == other[:2] for one, other in itertools.pairwise(pieces))
    assert all(1 <= piece.width <= 3 for piece in pieces)
    lengths = [math.dist(piece[:2], piece[2:4]) for piece in pieces]
    assert all(abs(length - 5) < 1.5 for length in lengths)


@pytest.mark.parametrize("seed", range(20))
def test_gaps_leave_out_pieces_but_never_the_first(seed: int) -> None:
    whole = drawn(seed)
    assert drawn(seed, gap_probability=1.0) == whole[:1]
    some = drawn(seed, gap_probability=0.5)
    assert some[0] == whole[0]
    assert set(some) < set(whole)


def test_scratches_have_about_one_direction() -> None:
    for seed in range(20):
        firsts = drawn(seed, num_scratches=[4, 4], gap_probability=1.0, spread=10, length=[1.0, 1.0])
        angles = [math.atan2(piece.end_y - piece.start_y, piece.end_x - piece.start_x) for piece in firsts]
        apart = [abs(math.remainder(angle - angles[0], math.tau)) for angle in angles]
        # twice the spread, two bends and turns of at most 3 degrees each, and whole pixels
        assert max(apart) < math.radians(2 * 10 + 2 * 6 + 15)


def test_an_odd_probability_is_named() -> None:
    with pytest.raises(InputError, match=r"mask\.gap_probability=-0\.1 must lie in \[0, 1\]"):
        drawn(0, gap_probability=-0.1)
