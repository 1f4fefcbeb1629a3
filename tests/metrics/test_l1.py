import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from inpaint_zoo.metrics.l1 import l1

PICTURES = arrays(np.uint8, (4, 5, 3))


@given(PICTURES, PICTURES, arrays(np.bool_, (4, 5)))
def test_is_the_mean_absolute_difference(target, composite, where):
    difference = abs(target / 255 - composite / 255)
    assert l1(target, composite) == pytest.approx(difference.mean(), abs=1e-12)
    expected = difference[where].mean() if where.any() else None
    assert l1(target, composite, where) == pytest.approx(expected, abs=1e-12)


def test_black_against_white_is_one():
    black = np.zeros((2, 2, 3), np.uint8)
    assert l1(black, black + 255) == 1
