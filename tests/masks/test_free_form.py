"""Free-form strokes: connected pieces of one width, whose angles alternate."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import FreeFormMask
from inpaint_zoo.masks.drawing.spans import Segment


def stroke(height: int, width: int, seed: int, **changes: Any) -> list[Segment]:
    arguments: dict[str, Any] = {
        "num_strokes": [1, 1],
        "num_vertices": [4, 8],
        "angle": 70,
        "angle_spread": 20,
        "stroke_width": [6, 12],
        "reference_size": 64,
    }
    return list(FreeFormMask(**(arguments | changes)).segments(height, width, np.random.RandomState(seed)))


@settings(deadline=None, max_examples=60)
@given(height=st.integers(64, 150), width=st.integers(64, 150), seed=st.integers(0, 2**32 - 1))
def test_a_stroke_is_connected_in_the_image_and_of_one_width(height: int, width: int, seed: int) -> None:
    pieces = stroke(height, width, seed)
    scale = min(height, width) / 64
    assert 4 <= len(pieces) <= 8
    assert all(one[2:4] == other[:2] for one, other in itertools.pairwise(pieces))
    assert len({piece.width for piece in pieces}) == 1
    assert 6 * scale - 0.5 <= pieces[0].width <= 12 * scale + 0.5
    for piece in pieces:
        assert 0 <= min(piece.start_y, piece.end_y) <= max(piece.start_y, piece.end_y) <= height
        assert 0 <= min(piece.start_x, piece.end_x) <= max(piece.start_x, piece.end_x) <= width
        assert math.dist(piece[:2], piece[2:4]) <= math.hypot(height, width) / 4 + 2


@pytest.mark.parametrize("seed", range(10))
def test_pieces_lead_up_and_down_in_turn(seed: int) -> None:
    pieces = stroke(400, 400, seed, angle=90, angle_spread=0, num_vertices=[6, 6])
    assert len({piece.start_x for piece in pieces} | {piece.end_x for piece in pieces}) == 1
    ways = [np.sign(piece.end_y - piece.start_y) for piece in pieces]
    assert all(one * other <= 0 for one, other in itertools.pairwise(ways))
    level = stroke(400, 400, seed, angle=0, angle_spread=0)
    assert all(piece.start_y == piece.end_y for piece in level)


def test_lengths_are_about_an_eighth_of_the_diagonal() -> None:
    inside = [
        math.dist(piece[:2], piece[2:4])
        for seed in range(100)
        for piece in stroke(400, 400, seed)
        if all(0 < place < 400 for place in piece[:4])
    ]
    assert 0.8 * 70 < np.mean(inside) < 1.1 * 70
    assert 20 < np.std(inside) < 40


def test_an_empty_range_is_named() -> None:
    with pytest.raises(InputError, match=r"mask\.num_vertices=\[8,4\]"):
        stroke(64, 64, 0, num_vertices=[8, 4])
