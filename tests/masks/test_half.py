"""Halves of images with odd sides."""

from __future__ import annotations

import numpy as np
import pytest

from inpaint_zoo.masks import HalfMask, MaskRequest


@pytest.mark.parametrize(
    ("side", "rows", "columns"),
    [
        ("left", slice(None), slice(3)),
        ("right", slice(None), slice(4, 7)),
        ("top", slice(2), slice(None)),
        ("bottom", slice(3, 5), slice(None)),
    ],
)
def test_of_an_odd_side_the_smaller_part_is_the_hole(side: str, rows: slice, columns: slice) -> None:
    expected = np.zeros((1, 5, 7), np.uint8)
    expected[0, rows, columns] = 1
    assert np.array_equal(HalfMask(sides=[side])(MaskRequest(5, 7, np.random.RandomState(0))), expected)
