"""Exact ratios: uniform, whole shapes kept, partly used ones cut to squares."""

from __future__ import annotations

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import (
    BoxesMask,
    BoxMask,
    ExactRatioMask,
    HalfMask,
    MaskRequest,
)

BOXES = BoxesMask(num_boxes=[4, 4], box_size=[6, 12], margin=0, reference_size=40)


def test_ratios_are_spread_evenly() -> None:
    generator = ExactRatioMask(mask=BOXES, ratio=[0.2, 0.6])
    ratios = np.array([generator(MaskRequest(40, 40, np.random.RandomState(seed))).mean() for seed in range(200)])
    counts, _ = np.histogram(ratios, bins=4, range=(0.2, 0.6))
    assert counts.min() > 28, counts  # 50 expected, standard deviation 6.1


def test_a_mask_is_added_to_and_its_part_is_a_rectangle() -> None:
    half = HalfMask(sides=["left"])
    part = ExactRatioMask(mask=half, ratio=[0.1, 0.3])(MaskRequest(64, 64, np.random.RandomState(1)))[0]
    rows, columns = np.flatnonzero(part.any(1)), np.flatnonzero(part.any(0))
    assert part.sum() == len(rows) * len(columns)
    assert columns[-1] < 32


def test_boxes_drawn_first_stay_whole() -> None:
    whole = BOXES(MaskRequest(40, 40, _after_a_number(np.random.RandomState(5))))
    exact = ExactRatioMask(mask=BOXES, ratio=[0.05, 0.06])(MaskRequest(40, 40, np.random.RandomState(5)))
    assert np.all(exact <= whole)


def _after_a_number(rng: np.random.RandomState) -> np.random.RandomState:
    rng.randint(0, 1 << 30, dtype=np.int64)
    return rng


@pytest.mark.parametrize("count", [1, 7, 100, 700])
def test_a_single_number_of_pixels_is_hit(count: int) -> None:
    ratio = [(count - 0.5) / 1024, (count + 0.5) / 1024]
    for seed in range(5):
        for mask in (BoxMask(size_ratio=[0.2, 0.6], offset_ratio=1.0), HalfMask(sides=["left", "right"])):
            assert (
                ExactRatioMask(mask=mask, ratio=ratio)(MaskRequest(32, 32, np.random.RandomState(seed))).sum() == count
            )


def test_unusable_ranges_are_named() -> None:
    half = HalfMask(sides=["left"])
    with pytest.raises(InputError, match=r"mask\.ratio=\[0\.5,0\.5\] must satisfy"):
        ExactRatioMask(mask=half, ratio=[0.5, 0.5])
