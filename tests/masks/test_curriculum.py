"""Curricula: ranges that widen as training goes on."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import BoxMask, CurriculumMask, HalfMask, MaskRequest
from inpaint_zoo.runtime.random_state import random_state

BOX = BoxMask(size_ratio=[0.1, 0.6], offset_ratio=1.0)


def called(generator: CurriculumMask, height: int, width: int, key: int, progress: float = 1.0) -> np.ndarray:
    return generator(MaskRequest(height, width, random_state(key), progress))


def test_a_curriculum_widens_steadily() -> None:
    generator = CurriculumMask(mask=BOX, start=[0.2, 0.3], ratio=[0.05, 0.6])
    ranges = [generator.range_at(step / 10) for step in range(-1, 12)]
    for (low, high), (next_low, next_high) in itertools.pairwise(ranges):
        assert next_low <= low
        assert next_high >= high
    assert ranges[0] == ranges[1] == (0.2, 0.3)
    assert ranges[-1] == ranges[-2] == (0.05, 0.6)


def test_masks_of_a_curriculum_follow_its_range() -> None:
    generator = CurriculumMask(mask=BOX, start=[0.0, 0.1], ratio=[0.0, 0.6])
    ratios = np.array(
        [[called(generator, 48, 48, key, progress=step / 4).mean() for step in range(5)] for key in range(40)]
    )
    assert np.all(ratios <= np.array([0.1, 0.225, 0.35, 0.475, 0.6]))
    assert np.all(np.diff(ratios.mean(axis=0)) > 0)
    assert ratios[:, -1].max() > 0.5
    assert np.array_equal(called(generator, 48, 48, 3), called(generator, 48, 48, 3, progress=1.0))


def test_a_start_outside_of_the_goal_is_named() -> None:
    with pytest.raises(InputError, match=r"mask\.start=\[0\.1, 0\.7\] must lie in mask\.ratio=\[0\.0, 0\.6\]"):
        CurriculumMask(mask=HalfMask(sides=["left"]), start=[0.1, 0.7], ratio=[0.0, 0.6])
