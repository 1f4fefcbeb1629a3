"""Numbers of hole pixels between two shares."""

from __future__ import annotations

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.ranges import hole_counts


@pytest.mark.parametrize(
    ("ratio", "num_pixels", "counts"),
    [
        ((0.25, 0.5), 16, (5, 8)),
        ((0.0, 1.0), 16, (1, 16)),
        ((0.3, 0.6), 10, (4, 6)),
        ((0.49999, 0.5), 256 * 256, (32768, 32768)),
    ],
)
def test_the_lower_end_is_left_out_and_the_upper_one_is_not(
    ratio: tuple[float, float], num_pixels: int, counts: tuple[int, int]
) -> None:
    assert hole_counts(ratio, num_pixels) == counts


def test_a_range_between_two_numbers_of_pixels_is_refused() -> None:
    with pytest.raises(InputError, match=r"mask\.ratio=\[0\.26,0\.3\] is too narrow for 16 pixels: widen it"):
        hole_counts((0.26, 0.3), 16)
