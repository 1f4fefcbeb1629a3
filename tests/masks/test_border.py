"""The rules about the border."""

from __future__ import annotations

import numpy as np
import pytest

from inpaint_zoo.masks import BorderMask, BoxMask, MaskRequest

WHOLE = BoxMask(size_ratio=[1.0, 1.0], offset_ratio=1.0)
"""Nothing but a hole."""


@pytest.mark.parametrize(("margin", "known"), [(0, 1), (0.01, 1), (0.1, 2)])
def test_a_free_border_is_known_by_at_least_one_pixel(margin: float, known: int) -> None:
    mask = BorderMask(mask=WHOLE, border="free", margin=margin)(MaskRequest(20, 30, np.random.RandomState(0)))
    expected = np.zeros((1, 20, 30), np.uint8)
    expected[:, known:-known, known:-known] = 1
    assert np.array_equal(mask, expected)
