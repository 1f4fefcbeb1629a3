"""The walk, against one that is walked step by step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import MaskRequest, RandomWalkMask

STEPS = ((0, 1), (0, -1), (1, 0), (-1, 0))


def walked(height: int, width: int, num: int, seed: int) -> np.ndarray:
    """The pixels of the walk in order; where it would leave the image, it stays and is mirrored from there on."""
    rng = np.random.RandomState(seed)
    place = [int(rng.randint(0, side, dtype=np.int64)) for side in (height, width)]
    data = rng.bytes(num // 4 + 1)
    signs, places = [1, 1], []
    for number in range(num):
        step = STEPS[data[number // 4] >> 2 * (number % 4) & 3]
        for axis, side in enumerate((height, width)):
            if 0 <= place[axis] + signs[axis] * step[axis] < side:
                place[axis] += signs[axis] * step[axis]
            else:
                signs[axis] *= -1
        places.append(tuple(place))
    return np.array(places)


@settings(deadline=None, max_examples=40)
@given(sides=st.tuples(st.integers(1, 12), st.integers(1, 12)), steps=st.floats(0.1, 3), seed=st.integers(0, 2**31))
def test_equals_a_walk_step_by_step(sides: tuple[int, int], steps: float, seed: int) -> None:
    height, width = sides
    places = walked(height, width, max(1, round(steps * height * width)), seed)
    drawing = RandomWalkMask(steps=steps).drawing(MaskRequest(height, width, np.random.RandomState(seed)))
    assert drawing.num_steps == len(places)
    for num in {0, 1, len(places) // 2, len(places)}:
        expected = np.zeros(sides, bool)
        expected[tuple(places[:num].T)] = True
        assert np.array_equal(drawing.first(num), expected)


@pytest.mark.parametrize("steps", [0, -1, float("nan")])
def test_a_walk_without_steps_is_named(steps: float) -> None:
    with pytest.raises(InputError, match=r"mask\.steps=.* must be above 0"):
        RandomWalkMask(steps=steps)
