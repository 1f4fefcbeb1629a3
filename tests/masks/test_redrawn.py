"""Masks are drawn again until one fits, and never changed."""

from __future__ import annotations

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import BoxMask, HalfMask, MaskRequest, RedrawnMask

BOX = BoxMask(size_ratio=[0.1, 0.9], offset_ratio=1.0)


@pytest.mark.parametrize("seed", range(10))
def test_the_first_mask_that_fits_is_taken(seed: int) -> None:
    rng = np.random.RandomState(seed)
    expected = BOX(MaskRequest(40, 50, rng))
    while not 0.2 < expected.mean() <= 0.4:
        expected = BOX(MaskRequest(40, 50, rng))
    found = RedrawnMask(mask=BOX, ratio=[0.2, 0.4], num_tries=200)(MaskRequest(40, 50, np.random.RandomState(seed)))
    assert np.array_equal(found, expected)


def test_the_high_end_is_in_the_range_and_the_low_end_is_not() -> None:
    half, request = HalfMask(sides=["left"]), MaskRequest(4, 4, np.random.RandomState(0))
    assert RedrawnMask(mask=half, ratio=[0.4, 0.5], num_tries=1)(request).sum() == 8
    with pytest.raises(InputError, match=r"none of 3 masks was in it, they had 50\.0% to 50\.0% holes"):
        RedrawnMask(mask=half, ratio=[0.5, 0.6], num_tries=3)(request)


def test_no_tries_are_named() -> None:
    with pytest.raises(InputError, match=r"mask\.num_tries=0"):
        RedrawnMask(mask=BOX, ratio=[0.1, 0.7], num_tries=0)
