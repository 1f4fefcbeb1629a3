"""Irregular masks: the exact hole ratio, and the same pixels for the same key."""

from __future__ import annotations

import hashlib
import math
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import BinnedIrregularMask, IrregularMask, MaskRequest
from inpaint_zoo.masks.irregular import _DIRECTIONS, _NUM_DIRECTIONS, _UNIT

STROKES: dict[str, Any] = {"stroke_width": [0.03, 0.14], "segment_length": [0.05, 0.2], "num_segments": [3, 12]}


@settings(deadline=None, max_examples=40)
@given(
    sides=st.tuples(st.integers(32, 160), st.integers(32, 160)),
    percents=st.tuples(st.integers(0, 100), st.integers(0, 100)).filter(lambda pair: pair[0] < pair[1]),
    seed=st.integers(0, 2**32 - 1),
)
@example(sides=(32, 50), percents=(0, 1), seed=0)
@example(sides=(33, 47), percents=(99, 100), seed=1)
@example(sides=(100, 100), percents=(29, 57), seed=2)
def test_every_mask_keeps_the_promise(sides: tuple[int, int], percents: tuple[int, int], seed: int) -> None:
    low, high = (percent / 100 for percent in percents)
    generator = IrregularMask(ratio=[low, high], **STROKES)
    mask = generator(MaskRequest(*sides, np.random.RandomState(seed)))
    assert mask.shape == (1, *sides)
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) <= {0, 1}
    assert low < int(mask.sum()) / mask.size <= high
    assert np.array_equal(mask, generator(MaskRequest(*sides, np.random.RandomState(seed), index=5)))


def test_a_large_image_works() -> None:
    mask = IrregularMask(ratio=[0.2, 0.4], **STROKES)(MaskRequest(1024, 700, np.random.RandomState(0)))
    assert 0.2 < mask.mean() <= 0.4


def test_ratios_are_spread_evenly() -> None:
    generator = IrregularMask(ratio=[0.2, 0.6], **STROKES)
    ratios = np.array(
        [generator(MaskRequest(48, 48, np.random.RandomState([3, index]))).mean() for index in range(200)]
    )
    counts, _ = np.histogram(ratios, bins=4, range=(0.2, 0.6))
    assert counts.min() > 28, counts  # 50 expected, standard deviation 6.1


def test_the_same_pixels_on_every_machine() -> None:
    mask = IrregularMask(ratio=[0.0, 0.6], **STROKES)(MaskRequest(96, 128, np.random.RandomState([7, 0, 3])))
    assert hashlib.sha256(mask.tobytes()).hexdigest()[:16] == "3672d9285eff425f"


def test_directions_are_rounded_far_from_a_tie() -> None:
    """Two machines whose cosines differ in the last bits round to the same direction."""
    for k, direction in enumerate(_DIRECTIONS):
        angle = math.tau * k / _NUM_DIRECTIONS
        for exact, rounded in ((math.sin(angle), direction.y), (math.cos(angle), direction.x)):
            assert abs(exact * _UNIT - rounded) < 0.49999


def test_a_image_scaled_up_gets_strokes_scaled_up() -> None:
    """The share of hole pixels at a border between hole and known falls with the size, as with one drawing enlarged."""
    generator = IrregularMask(ratio=[0.29, 0.31], **STROKES)

    def border_share(side: int) -> float:
        masks = [generator(MaskRequest(side, side, np.random.RandomState(seed)))[0].astype(int) for seed in range(6)]
        return float(np.mean([np.abs(np.diff(mask, axis=0)).sum() / mask.sum() for mask in masks]))

    assert 2.5 < border_share(64) / border_share(256) < 6


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ratio": [0.4, 0.2]}, "mask.ratio=[0.4,0.2]"),
        ({"ratio": [0.2, 1.2]}, "mask.ratio=[0.2,1.2]"),
        ({"ratio": 0.3}, "mask.ratio=0.3 must be two numbers"),
        ({"stroke_width": [0, 0.1]}, "mask.stroke_width=[0,0.1]"),
        ({"segment_length": [0.2, 0.1]}, "mask.segment_length=[0.2,0.1]"),
        ({"num_segments": [0, 3]}, "mask.num_segments=[0,3]"),
    ],
)
def test_unusable_ranges_are_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=re.escape(words)):
        IrregularMask(**({"ratio": [0.0, 0.6]} | STROKES | change))


def test_a_range_too_narrow_for_the_image_is_named() -> None:
    generator = IrregularMask(ratio=[0.2003, 0.2009], **STROKES)
    with pytest.raises(InputError, match="too narrow for 1024 pixels"):
        generator(MaskRequest(32, 32, np.random.RandomState(0)))


class TestBinnedIrregularMask:
    BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6))

    def test_evaluation_goes_through_the_bins_in_turn(self) -> None:
        generator = BinnedIrregularMask(bins=self.BINS, **STROKES)
        for index in range(7):
            low, high = self.BINS[index % 3]
            assert low < generator(MaskRequest(40, 40, np.random.RandomState(index), index=index)).mean() <= high

    def test_training_uses_all_bins(self) -> None:
        generator = BinnedIrregularMask(bins=self.BINS, **STROKES)
        ratios = [generator(MaskRequest(40, 40, np.random.RandomState(seed))).mean() for seed in range(60)]
        counts, _ = np.histogram(ratios, bins=3, range=(0, 0.6))
        assert counts.min() >= 10

    def test_no_bins_is_an_input_error(self) -> None:
        with pytest.raises(InputError, match=r"mask\.bins=\[\] must be a list, such as"):
            BinnedIrregularMask(bins=[], **STROKES)
