import numpy as np

from inpaint_zoo.masks.drawing.spans import Segment
from inpaint_zoo.masks.drawing.steps import Strokes, Whole, most_steps

ROWS = Strokes([Segment(row, 0, row, 19, 1) for row in range(8)], 10, 20)


def test_the_most_steps_that_stay_within_a_limit() -> None:
    nothing = np.zeros((10, 20), dtype=bool)
    for limit in range(159):
        hole, num = most_steps(ROWS, nothing, limit)
        assert num == limit // 20
        assert np.array_equal(hole, ROWS.first(num))


def test_what_is_there_already_counts_once() -> None:
    there = ROWS.first(3)
    hole, num = most_steps(ROWS, there, 85)
    assert (num, int(hole.sum())) == (4, 80)
    assert there.sum() == 60


def test_a_whole_mask_has_one_step() -> None:
    hole = np.ones((2, 3), dtype=bool)
    assert not Whole(hole).first(0).any()
    assert Whole(hole).first(1).all()
