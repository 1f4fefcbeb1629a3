"""Several rectangles: their number, their sizes, their distance from the border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import BoxesMask, MaskRequest


@settings(deadline=None, max_examples=40)
@given(
    sides=st.tuples(st.integers(40, 120), st.integers(40, 120)),
    num=st.integers(1, 5),
    seed=st.integers(0, 2**32 - 1),
)
def test_every_step_adds_one_rectangle_inside_of_the_margin(sides: tuple[int, int], num: int, seed: int) -> None:
    generator = BoxesMask(num_boxes=[num, num], box_size=[5, 9], margin=4, reference_size=40)
    height, width = sides
    drawing = generator.drawing(MaskRequest(height, width, np.random.RandomState(seed)))
    assert drawing.num_steps == num
    scale, margin = min(sides) / 40, 4 * min(sides) // 40
    for step in range(num):
        before, after = drawing.first(step), drawing.first(step + 1)
        assert np.all(before <= after)
        y, x = np.nonzero(after & ~before)
        if step == 0:
            for places, side in ((y, height), (x, width)):
                assert margin <= places.min() <= places.max() < side - margin
                assert 5 * scale - 0.5 <= np.ptp(places) + 1 <= 9 * scale + 0.5
            assert len(y) == (np.ptp(y) + 1) * (np.ptp(x) + 1)
    made = generator(MaskRequest(height, width, np.random.RandomState(seed)))
    assert np.array_equal(made[0], drawing.first(num))


def test_the_number_of_boxes_is_drawn_from_its_range() -> None:
    generator = BoxesMask(num_boxes=[2, 4], box_size=[3, 5], margin=0, reference_size=32)
    drawings = [generator.drawing(MaskRequest(32, 32, np.random.RandomState(seed))) for seed in range(40)]
    assert {drawing.num_steps for drawing in drawings} == {2, 3, 4}


def test_margins_that_leave_no_room_are_named() -> None:
    with pytest.raises(InputError, match=r"mask\.margin=16 leaves no room in mask\.reference_size=32"):
        BoxesMask(num_boxes=[1, 2], box_size=[3, 5], margin=16, reference_size=32)
