import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inpaint_zoo.evaluation.methods.fills import FILLS

every_fill = pytest.mark.parametrize("fill", FILLS.values(), ids=FILLS.keys())
SHAPES = st.tuples(st.integers(1, 12), st.integers(1, 12))


@every_fill
@settings(deadline=None, max_examples=40)
@given(data=st.data())
def test_hole_is_never_read_and_the_rest_never_changed(fill, data):
    height, width = data.draw(SHAPES)
    image = data.draw(arrays(np.uint8, (height, width, 3)))
    hidden = data.draw(arrays(np.uint8, (height, width, 3)))
    hole = data.draw(arrays(np.bool_, (height, width)))
    before = image.copy()
    filled = fill(image, hole)
    assert np.array_equal(image, before)
    assert filled.shape == image.shape
    assert filled.dtype == np.uint8
    assert np.array_equal(filled[~hole], image[~hole])
    assert np.array_equal(filled, fill(np.where(hole[..., None], hidden, image), hole))


@every_fill
def test_all_hole_is_mid_gray(fill, photograph):
    filled = fill(photograph, np.ones(photograph.shape[:2], bool))
    assert np.unique(filled).tolist() == [128]


@every_fill
def test_no_hole_is_the_image_in_memory_of_its_own(fill, photograph):
    filled = fill(photograph, np.zeros(photograph.shape[:2], bool))
    assert np.array_equal(filled, photograph)
    assert not np.shares_memory(filled, photograph)


@every_fill
def test_any_memory_layout(fill, photograph):
    hole = np.zeros(photograph.shape[:2], bool)
    hole[10:40, 10:90] = True
    flipped = np.asfortranarray(photograph[::-1, ::-1])
    assert np.array_equal(fill(flipped, hole[::-1, ::-1]), fill(np.ascontiguousarray(flipped), hole[::-1, ::-1].copy()))
