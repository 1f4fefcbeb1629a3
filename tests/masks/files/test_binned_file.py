"""Mask files by their ratio: only those of the bins, measured once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import BinnedFileMask, MaskRequest


def test_evaluation_goes_through_the_bins_and_their_files_in_turn(make: Callable[..., BinnedFileMask]) -> None:
    generator = make()
    names = [generator.mask_file(index, "x").name for index in range(8)]
    assert names == ["2.png", "4.png", "3.png", "5.png", "2.png", "6.png", "3.png", "4.png"]
    for index in range(8):
        mask = generator(MaskRequest(20, 30, np.random.RandomState(0), index=index))
        assert mask.sum() == 60 * int(names[index][0])


def test_training_draws_from_all_bins_and_from_nothing_else(make: Callable[..., BinnedFileMask]) -> None:
    generator = make()
    tenths = [round(10 * generator(MaskRequest(20, 30, np.random.RandomState(seed))).mean()) for seed in range(80)]
    assert set(tenths) == {2, 3, 4, 5, 6}
    assert 25 < sum(tenth <= 3 for tenth in tenths) < 55


def test_inverted_files_are_measured_inverted(make: Callable[..., BinnedFileMask]) -> None:
    assert make(invert=True, bins=[[0.85, 1.0]]).mask_file(0, "x").name == "1.png"


def test_a_bin_without_files_is_named(make: Callable[..., BinnedFileMask]) -> None:
    with pytest.raises(InputError, match=r"no mask with a ratio in \(0\.92, 1\], the 9 there have 10\.0% to 90\.0%"):
        make(bins=[[0.92, 1]])
    with pytest.raises(InputError, match=r"mask\.bins=\[\] must be a list, such as"):
        make(bins=[])
