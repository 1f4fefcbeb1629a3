import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inpaint_zoo.evaluation.methods.fills import fill_nearest

SHAPES = st.tuples(st.integers(1, 10), st.integers(1, 10))


@settings(deadline=None, max_examples=60)
@given(hole=arrays(np.bool_, SHAPES))
def test_is_the_nearest_known_pixel_the_leftmost_and_topmost_of_equals(hole):
    known = np.argwhere(~hole)
    if len(known) == 0:
        return
    places = np.stack([*np.indices(hole.shape), np.zeros(hole.shape)], axis=-1).astype(np.uint8)
    filled = fill_nearest(places, hole)
    for y, x in np.argwhere(hole):
        row, column = min(known, key=lambda place: ((place[0] - y) ** 2 + (place[1] - x) ** 2, place[1], place[0]))
        assert filled[y, x, :2].tolist() == [row, column]
