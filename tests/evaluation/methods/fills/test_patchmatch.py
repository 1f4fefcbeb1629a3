import sys
from types import SimpleNamespace

import numpy as np
import patchmatch
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.fills import fill_mean, fill_patchmatch

FILLED = fill_patchmatch, fill_mean


@pytest.fixture
def stripes():
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, np.arange(64) // 4 % 2 == 1] = 255
    hole = np.zeros((64, 64), bool)
    hole[24:40, 20:40] = True
    return image, hole


def test_goes_on_with_a_pattern_where_one_colour_cannot(stripes):
    image, hole = stripes
    ours, mean = (np.mean(np.abs(fill(image, hole)[hole].astype(int) - image[hole])) for fill in FILLED)
    assert ours < 0.5 * mean


def test_starts_from_one_seed_whatever_came_before(photograph):
    hole = np.zeros(photograph.shape[:2], bool)
    hole[20:60, 30:70] = True
    first = fill_patchmatch(photograph, hole)
    patchmatch.set_random_seed(5)
    patchmatch.inpaint(photograph, ~hole, patch_size=2)
    assert np.array_equal(fill_patchmatch(photograph, hole), first)


def test_without_the_library_the_fix_is_named(monkeypatch, stripes):
    monkeypatch.setitem(sys.modules, "patchmatch", None)
    with pytest.raises(InputError, match=r"pip install 'inpaint-zoo\[patchmatch\]'"):
        fill_patchmatch(*stripes)
    monkeypatch.setitem(sys.modules, "patchmatch", SimpleNamespace(patchmatch_available=False))
    with pytest.raises(InputError, match="no compiled part"):
        fill_patchmatch(*stripes)
