import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import (
    as_hole,
    check_same_size,
    rounded,
    to_float,
    to_uint8,
    truncated,
)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_levels_survive_the_round_trip(dtype: torch.dtype):
    levels = torch.arange(256, dtype=torch.uint8).repeat(3, 4, 1)
    assert np.array_equal(to_uint8(levels.to(dtype) / 255), levels.permute(1, 2, 0).numpy())


@given(st.lists(st.floats(-2, 3, width=32), min_size=3, max_size=3))
def test_is_numpy_round_of_the_clamped_value(values: list[float]):
    image = torch.tensor(values).view(3, 1, 1)
    expected = np.round(np.clip(np.float32(values), 0, 1) * np.float32(255)).astype(np.uint8)
    assert to_uint8(image).ravel().tolist() == expected.tolist()


def test_half_goes_to_the_even_level():
    assert to_uint8(torch.tensor([0.5, 0.5, 0.5]).view(3, 1, 1)).ravel().tolist() == [128] * 3
    assert to_uint8(torch.full((3, 1, 1), 0.5 / 255, dtype=torch.float32)).max() == 0


def test_batch_and_infinity():
    image = torch.tensor([-torch.inf, 0.2, torch.inf]).view(1, 3, 1, 1).expand(2, 3, 4, 5)
    assert to_uint8(image).shape == (2, 4, 5, 3)
    assert to_uint8(image)[1, 3, 4].tolist() == [0, 51, 255]


def test_nan_is_refused():
    with pytest.raises(InputError, match="diverged"):
        to_uint8(torch.full((3, 2, 2), torch.nan))


def test_every_level_survives_as_a_float():
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(16, 16, 3)
    floats = to_float(levels)
    assert floats.dtype == np.float32
    assert np.array_equal(rounded(floats), levels)
    assert np.array_equal(truncated(floats), levels)
    assert np.array_equal(to_float(floats), floats)


@given(st.lists(st.floats(-2, 3, width=32), min_size=3, max_size=3))
def test_rounding_is_that_of_tensors_and_truncation_cuts_off(values: list[float]):
    image = np.float32(values).reshape(1, 1, 3)
    assert np.array_equal(rounded(image), to_uint8(torch.from_numpy(image).permute(2, 0, 1)))
    scaled = np.clip(image, 0, 1) * np.float32(255)
    assert np.array_equal(truncated(image), np.floor(scaled))


def test_floats_with_nan_are_refused():
    with pytest.raises(InputError, match="diverged"):
        to_float(np.full((2, 2, 3), np.nan, np.float32))


def test_hole_is_anything_but_zero():
    assert as_hole(np.array([[0, 1, 255]], np.uint8)).tolist() == [[False, True, True]]


@pytest.mark.parametrize(
    ("target", "composite", "mask", "message"),
    [
        (np.zeros((4, 4, 3), np.float64), np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4)), "target is float64"),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8), np.zeros((4, 4)), "output is uint8"),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5, 3), np.uint8), np.zeros((4, 4)), "sizes differ"),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4, 3), np.uint8), np.zeros((5, 4)), "sizes differ"),
    ],
)
def test_arrays_of_different_images_are_refused(target, composite, mask, message):
    with pytest.raises(InputError, match=message):
        check_same_size(target, composite, mask)
