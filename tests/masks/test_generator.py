"""Requests, and numbers that are the same on every platform."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.masks import BoxMask, FileMask, MaskRequest, ObjectShapeMask, PairedMask
from inpaint_zoo.masks.generator import MasksFromFiles, draw_integers


@given(seed=st.integers(0, 2**32 - 1), low=st.integers(-50, 50), span=st.integers(0, 2**30), num=st.integers(1, 20))
def test_one_number_is_the_first_of_many(seed: int, low: int, span: int, num: int) -> None:
    drawn = draw_integers(np.random.RandomState(seed), low, low + span, num)
    assert drawn[:1] == draw_integers(np.random.RandomState(seed), low, low + span, 1)
    assert drawn == np.random.RandomState(seed).randint(low, low + span + 1, num, dtype=np.int64).tolist()
    assert all(type(number) is int and low <= number <= low + span for number in drawn)


def test_both_ends_are_drawn() -> None:
    assert set(draw_integers(np.random.RandomState(0), 2, 4, 99)) == {2, 3, 4}
    assert {draw_integers(np.random.RandomState(seed), 2, 4, 1)[0] for seed in range(40)} == {2, 3, 4}


def test_the_stream_never_changes() -> None:
    assert draw_integers(np.random.RandomState(7), 0, 99, 6) == [47, 68, 25, 67, 83, 23]


def test_a_request_is_for_evaluation_without_an_index_unless_it_says_more() -> None:
    request = MaskRequest(4, 6, np.random.RandomState(0))
    assert (request.progress, request.index, request.name) == (1.0, None, None)
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.height = 5  # type: ignore[misc]


def test_generators_from_files_are_known_by_their_method() -> None:
    assert all(issubclass(kind, MasksFromFiles) for kind in (FileMask, ObjectShapeMask, PairedMask))
    assert not isinstance(BoxMask(size_ratio=[0.1, 0.2], offset_ratio=0), MasksFromFiles)
