"""Chains: connected pieces, headings, ranges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import PolygonalChainMask


def chain_mask(**changes: Any) -> PolygonalChainMask:
    arguments = {
        "num_chains": [1, 1],
        "num_pieces": [2, 4],
        "headings": [0, 30, 60, 90],
        "length": [5, 20],
        "stroke_width": [2, 6],
        "reference_size": 64,
    }
    return PolygonalChainMask(**(arguments | changes))


@settings(deadline=None, max_examples=60)
@given(sides=st.tuples(st.integers(64, 150), st.integers(64, 150)), seed=st.integers(0, 2**32 - 1))
def test_a_chain_is_connected_and_stays_in_the_image(sides: tuple[int, int], seed: int) -> None:
    pieces = chain_mask().segments(*sides, np.random.RandomState(seed))
    assert 2 <= len(pieces) <= 4
    assert np.array_equal(pieces[:-1, 2:4], pieces[1:, :2])
    assert np.all((pieces[:, :4] >= 0) & (pieces[:, :4] <= [*sides, *sides]))
    scale = min(sides) / 64
    assert np.all((pieces[:, 4] >= 2 * scale - 0.5) & (pieces[:, 4] <= 6 * scale + 0.5))
    assert np.all(np.hypot(*(pieces[:, 2:4] - pieces[:, :2]).T) <= 20 * scale + 2)


def test_zero_degrees_lead_down_ninety_right_and_every_other_chain_is_mirrored() -> None:
    for seed in range(20):
        down = chain_mask(headings=[0]).segments(64, 64, np.random.RandomState(seed))
        assert np.all(down[:, 1] == down[:, 3])
        assert np.all(down[:, 2] >= down[:, 0])
        sideways = chain_mask(headings=[90], num_chains=[2, 2], num_pieces=[1, 1])
        first, second = sideways.segments(64, 64, np.random.RandomState(seed))
        assert first[0] == first[2]
        assert first[3] <= first[1]
        assert second[3] >= second[1]


def test_the_number_of_pieces_is_drawn_for_every_chain() -> None:
    counts = {len(chain_mask().segments(64, 64, np.random.RandomState(seed))) for seed in range(30)}
    assert counts == {2, 3, 4}


def test_no_list_of_headings_is_every_direction() -> None:
    pieces = np.concatenate(
        [
            chain_mask(headings=None, length=[50, 50], reference_size=200).segments(
                200, 200, np.random.RandomState(seed)
            )
            for seed in range(60)
        ]
    )
    down, right = (pieces[:, 2:4] - pieces[:, :2]).T
    assert len(np.unique(np.arctan2(down, right) // 0.5)) == 14


def test_chains_may_be_without_pieces_but_never_all_of_them() -> None:
    few = chain_mask(num_chains=[3, 3], num_pieces=[0, 1])
    assert {len(few.segments(64, 64, np.random.RandomState(seed))) for seed in range(30)} == {1, 2, 3}
    with pytest.raises(InputError, match=r"mask\.num_pieces=\[0,0\] draws nothing: the larger number must be at least"):
        chain_mask(num_pieces=[0, 0])


def test_chains_without_headings_are_named() -> None:
    with pytest.raises(InputError, match=r"mask\.headings is empty: give some degrees"):
        chain_mask(headings=[])
