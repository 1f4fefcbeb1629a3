import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.resizing import RESIZINGS, any_hole, same_size

SIDES = st.integers(1, 24)
HOLES = arrays(np.uint8, st.tuples(SIDES, SIDES), elements=st.integers(0, 1))


@pytest.mark.parametrize("name", ["nearest", "any"])
@settings(deadline=None, max_examples=40)
@given(holes=HOLES, height=SIDES, width=SIDES)
def test_exactly_zero_or_one_at_the_size_asked_for(name: str, holes: np.ndarray, height: int, width: int) -> None:
    resized = RESIZINGS[name](holes, height, width)
    assert resized.shape == (height, width)
    assert resized.dtype == np.uint8
    assert set(np.unique(resized)) <= set(np.unique(holes))
    assert np.array_equal(RESIZINGS[name](holes, *holes.shape), holes)


def slow_any(holes: np.ndarray, height: int, width: int) -> np.ndarray:
    """A pixel is a hole when the triangle around its centre, two of its own widths or old pixels wide, meets a hole."""

    def meets(size: int, new_size: int, new: int) -> list[int]:
        scale = size / new_size
        centre, reach = (new + 0.5) * scale, max(scale, 1)
        return [old for old in range(size) if abs(old + 0.5 - centre) < reach - 1e-9]

    rows = [meets(holes.shape[0], height, row) for row in range(height)]
    columns = [meets(holes.shape[1], width, column) for column in range(width)]
    return np.array([[holes[np.ix_(row, column)].any() for column in columns] for row in rows])


@pytest.mark.parametrize(("height", "width"), [(6, 9), (24, 36), (12, 7), (5, 40)])
def test_any_part_of_a_hole_makes_a_hole(height: int, width: int) -> None:
    holes = (np.random.RandomState(0).rand(12, 18) < 0.05).astype(np.uint8)
    resized, expected = any_hole(holes, height, width).astype(bool), slow_any(holes, height, width)
    # 8 bits lose what weighs less than half a level, at the very rim
    assert not (resized & ~expected).any()
    assert np.mean(resized != expected) < 0.03
    assert resized.mean() > holes.mean()


def test_a_single_pixel_survives_any_but_not_nearest() -> None:
    holes = np.zeros((64, 64), np.uint8)
    holes[33, 32] = 1
    assert any_hole(holes, 16, 16).any()
    assert not RESIZINGS["nearest"](holes, 16, 16).any()


def test_another_size_is_refused() -> None:
    holes = np.ones((3, 4), np.uint8)
    assert same_size(holes, 3, 4) is holes
    with pytest.raises(InputError, match=r"the mask is 4x3 \(width x height\), its picture 3x4: .*resizing=nearest"):
        same_size(holes, 4, 3)
