import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import arrays

from inpaint_zoo.images.arrays import rounded, to_float
from inpaint_zoo.metrics.definition import as_floats
from inpaint_zoo.metrics.l1 import L1, RelativeL1
from inpaint_zoo.metrics.reading import Pair

IMAGES = arrays(np.uint8, (4, 5, 3))
EIGHT_BITS = L1(rounded, data_range=255)
RELATIVE = RelativeL1(as_floats)


def pair(target: np.ndarray, output: np.ndarray) -> Pair:
    return Pair(to_float(target), to_float(output))


@settings(deadline=None, max_examples=30)
@given(IMAGES, IMAGES, arrays(np.bool_, (4, 5)))
def test_is_the_mean_absolute_difference(target, output, where):
    difference = abs(target / 255 - output / 255)
    reading = EIGHT_BITS(pair(target, output))
    assert reading.image() == pytest.approx(difference.mean(), abs=1e-12)
    expected = difference[where].mean() if where.any() else None
    assert reading.within(where) == pytest.approx(expected, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(IMAGES, IMAGES, arrays(np.bool_, (4, 5)))
def test_relative_is_the_quotient_of_both_sums(target, output, where):
    reading = RELATIVE(pair(target, output))
    for value, chosen in ((reading.image(), np.ones((4, 5), bool)), (reading.within(where), where)):
        a, b = target[chosen] / 255, output[chosen] / 255
        if a.size == 0:
            assert value is None
        else:
            assert value == pytest.approx(abs(a - b).sum() / ((a + b).sum() or 1), abs=1e-6)


def test_black_against_white_is_one():
    black = np.zeros((2, 2, 3), np.uint8)
    for measure in (EIGHT_BITS, L1(as_floats, data_range=1), RELATIVE):
        assert measure(pair(black, black + 255)).image() == 1


def test_two_black_images_have_no_error():
    black = np.zeros((2, 2, 3), np.uint8)
    assert RELATIVE(pair(black, black)).image() == RELATIVE.best == 0


def test_floats_are_not_rounded():
    target = np.full((3, 3, 3), 100 / 255, np.float32)
    shifted = Pair(target, target + np.float32(0.001))
    assert EIGHT_BITS(shifted).image() == 0
    assert L1(as_floats, data_range=1)(shifted).image() == pytest.approx(0.001, abs=1e-6)
