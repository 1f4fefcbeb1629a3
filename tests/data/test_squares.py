"""The square out of the centre, cut before anything else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.data.squares import center_square, prepared_square
from inpaint_zoo.errors import InputError

sides = st.integers(1, 30)


@given(height=sides, width=sides, side=sides)
def test_a_square_lies_in_the_centre_to_half_a_pixel(height: int, width: int, side: int) -> None:
    places = np.stack(np.indices((height, width)), axis=2)
    if side > min(height, width):
        with pytest.raises(InputError, match=rf"{width}x{height} .* smaller than data\.center_crop={side}"):
            center_square(places, side)
        return
    square = center_square(places, side)
    assert square.shape == (side, side, 2)
    for axis, size in enumerate((height, width)):
        before, after = square[0, 0, axis], size - 1 - square[-1, -1, axis]
        assert after - before in (0, 1)


def test_none_cuts_nothing() -> None:
    image = np.zeros((3, 5, 3), np.uint8)
    assert center_square(image, None) is image


def test_the_square_is_what_gets_prepared() -> None:
    image = np.arange(24, dtype=np.uint8).reshape(4, 6)
    assert prepared_square(image, 2, lambda square: square + 1).tolist() == [[9, 10], [15, 16]]
