"""Holes are hatched, and nothing else is touched."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.images.drawing import hatch


def test_hatch_covers_holes_and_nothing_else() -> None:
    stack = np.random.RandomState(0).randint(0, 256, (2, 20, 30, 3)).astype(np.uint8)
    hole = np.zeros((2, 20, 30), bool)
    hole[0, 5:15, 5:25] = hole[1, 2:9, :] = True
    hatched = hatch(stack, hole)
    assert hatched.dtype == np.uint8
    assert np.array_equal(hatched[~hole], stack[~hole])
    assert len(np.unique(hatched[hole], axis=0)) == 2
    assert np.array_equal(hatch(255 - stack, hole)[hole], hatched[hole])
    assert np.array_equal(hatch(stack[1], hole[1]), hatched[1])


def test_stripes_are_diagonal_and_four_pixels_wide() -> None:
    hatched = hatch(np.zeros((16, 24, 3), np.uint8), np.ones((16, 24), bool))
    assert np.array_equal(hatched[1:, :-1], hatched[:-1, 1:])
    assert np.array_equal(hatched[8:], hatched[:-8])
    changes = np.flatnonzero(np.any(hatched[0, 1:] != hatched[0, :-1], axis=1)) + 1
    assert changes.tolist() == [4, 8, 12, 16, 20]
