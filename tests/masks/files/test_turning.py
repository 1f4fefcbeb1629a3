"""Masks of files, turned and mirrored in training and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import BinnedFileMask, FileMask, MaskRequest
from inpaint_zoo.masks.files.turning import Turning, rotated
from inpaint_zoo.runtime.random_state import random_state

sides = st.integers(1, 40)
MASK = (np.random.RandomState(0).rand(1, 24, 24) > 0.5).astype(np.uint8)


def request(seed: int, index: int | None = None) -> MaskRequest:
    return MaskRequest(24, 24, random_state(seed), index=index)


def turned(seed: int, rotation: int = 0, flip_probability: float = 0.0, index: int | None = None) -> np.ndarray:
    return Turning(rotation=rotation, flip_probability=flip_probability)(MASK, request(seed, index))


@given(side=sides, turns=st.integers(-2, 2))
def test_right_angles_move_every_pixel_of_a_square(side: int, turns: int) -> None:
    mask = (np.random.RandomState(side).rand(side, side) > 0.5).astype(np.uint8)
    assert np.array_equal(rotated(mask, 90 * turns), np.rot90(mask, turns))


@settings(deadline=None)
@given(size=st.tuples(sides, sides), degrees=st.integers(-180, 180))
def test_a_pixel_is_the_old_one_below_its_centre(size: tuple[int, int], degrees: int) -> None:
    """As a slow twin with sines of 4096ths finds it."""
    mask = (np.random.RandomState(1).rand(*size) > 0.5).astype(np.uint8)
    sine, cosine = (round(4096 * function(np.radians(degrees))) / 4096 for function in (np.sin, np.cos))
    middle = (size[0] / 2, size[1] / 2)
    expected = np.zeros_like(mask)
    for row, column in np.ndindex(*size):
        down, right = row + 0.5 - middle[0], column + 0.5 - middle[1]
        y = int(np.floor(middle[0] + down * cosine + right * sine))
        x = int(np.floor(middle[1] + right * cosine - down * sine))
        if 0 <= y < size[0] and 0 <= x < size[1]:
            expected[row, column] = mask[y, x]
    assert np.array_equal(rotated(mask, degrees), expected)


def test_every_whole_angle_up_to_the_largest_is_drawn() -> None:
    wanted = {rotated(MASK[0], degrees).tobytes() for degrees in range(-4, 5)}
    assert {turned(seed, rotation=4).tobytes() for seed in range(150)} == wanted
    assert len({turned(seed, rotation=180).tobytes() for seed in range(150)}) > 100


def test_half_of_the_masks_are_mirrored_if_asked_for() -> None:
    found = [turned(seed, flip_probability=0.5).tobytes() for seed in range(100)]
    assert 30 < found.count(MASK.tobytes()) < 70
    assert set(found) == {MASK.tobytes(), MASK[..., ::-1].tobytes()}


def test_evaluation_sees_masks_as_they_are_and_without_turning_nothing_is_drawn() -> None:
    assert all(np.array_equal(turned(seed, 180, 1.0, index=3), MASK) for seed in range(5))
    asked = request(7)
    Turning(rotation=0, flip_probability=0)(MASK, asked)
    assert asked.rng.randint(1000) == random_state(7).randint(1000)


def test_files_and_bins_of_files_are_turned_in_training_only(folder: Path, make: Callable[..., BinnedFileMask]) -> None:
    given: dict[str, Any] = {"root": folder, "threshold": 128, "invert": False, "resizing": "nearest"}
    for plain, turning in ((FileMask(**given), FileMask(**given, rotation=180)), (make(), make(rotation=180))):
        differ = [not np.array_equal(plain(request(seed)), turning(request(seed))) for seed in range(10)]
        assert sum(differ) >= 8
        assert all(np.array_equal(plain(request(0, index)), turning(request(0, index))) for index in range(9))
        assert np.array_equal(turning(request(5)), turning(request(5)))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rotation": 181}, r"mask\.rotation=181 must lie in \[0, 180\]"),
        ({"rotation": -1}, r"mask\.rotation=-1 must lie in"),
        ({"rotation": 0.5}, r"mask\.rotation=0\.5 must be a whole number"),
        ({"flip_probability": 2}, r"mask\.flip_probability=2 must lie in \[0, 1\]"),
        ({"flip_probability": "x"}, r"mask\.flip_probability=x must lie in \[0, 1\]"),
    ],
)
def test_values_out_of_range_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Turning(**{"rotation": 0, "flip_probability": 0.0, **change})
