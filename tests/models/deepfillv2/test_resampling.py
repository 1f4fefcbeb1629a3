from __future__ import annotations

import numpy as np
import pytest
import torch

from inpaint_zoo.models.deepfillv2.resampling import RESAMPLINGS, shrunk

CPU = torch.device("cpu")
TENSORFLOW, SYMMETRIC = RESAMPLINGS["tensorflow"], RESAMPLINGS["symmetric"]


def slow_positions(length, count):
    """One number at a time, in single precision."""
    step = np.float32(length - 1) / np.float32(count - 1)
    return [min(int(np.floor(np.float32(j) * step + np.float32(0.5))), length - 1) for j in range(count)]


@pytest.mark.parametrize("factor", [2, 4])
def test_positions_are_rounded_in_single_precision(factor):
    for count in (2, 3, 12, 27, 32, 91, 173, 199, 256):
        found = TENSORFLOW.positions(factor * count, count, CPU).tolist()
        assert found == slow_positions(factor * count, count), count
        assert found[0] == 0
        assert found[-1] == factor * count - 1


@pytest.mark.parametrize("count", [27, 91, 173, 199])
def test_the_middle_of_some_sides_falls_below_the_half(count):
    found, middle = TENSORFLOW.positions(2 * count, count, CPU).tolist(), (count - 1) // 2
    assert found[middle] == 2 * middle
    assert found[middle + 1] == 2 * middle + 3
    other = TENSORFLOW.positions(2 * 29, 29, CPU).tolist()
    assert other[14] == 29


def test_padding_as_the_authors_framework_has_it():
    assert TENSORFLOW.padding(8, 3, 2) == (0, 1)
    assert TENSORFLOW.padding(8, 5, 2) == (1, 2)
    assert TENSORFLOW.padding(7, 5, 2) == (2, 2)
    assert TENSORFLOW.padding(1, 5, 2) == (2, 2)
    assert SYMMETRIC.padding(8, 3, 2) == (1, 1)
    assert SYMMETRIC.padding(7, 5, 2) == (2, 2)


def test_two_small_steps_take_other_pixels_than_a_large_one():
    image = torch.arange(64.0 * 64).view(1, 1, 64, 64)
    once, twice = shrunk(image, 8, TENSORFLOW), shrunk(shrunk(image, 4, TENSORFLOW), 2, TENSORFLOW)
    assert once.shape == twice.shape == (1, 1, 8, 8)
    assert not torch.equal(once, twice)
    assert torch.equal(shrunk(shrunk(image, 4, SYMMETRIC), 2, SYMMETRIC), image[..., ::8, ::8])
