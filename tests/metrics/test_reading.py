import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inpaint_zoo.metrics.reading import GivenReading, MeanReading, Pair, RatioReading

SHAPE = (5, 6)
MAPS = arrays(np.float64, SHAPE, elements=st.floats(0, 100))
HOLES = arrays(np.bool_, SHAPE)


@settings(deadline=None, max_examples=40)
@given(pixels=MAPS, where=HOLES, border=st.integers(0, 2))
def test_a_mean_leaves_its_border_out_of_the_whole_image_only(
    pixels: np.ndarray, where: np.ndarray, border: int
) -> None:
    reading = MeanReading(pixels, finish=lambda mean: mean + 1, border=border)
    height, width = SHAPE
    inner = [pixels[y, x] for y in range(border, height - border) for x in range(border, width - border)]
    assert reading.image() == pytest.approx(sum(inner) / len(inner) + 1)
    chosen = [pixels[y, x] for y in range(height) for x in range(width) if where[y, x]]
    assert reading.within(where) == (pytest.approx(sum(chosen) / len(chosen) + 1) if chosen else None)


@settings(deadline=None, max_examples=40)
@given(numerators=MAPS, denominators=MAPS, where=HOLES)
def test_a_ratio_is_one_of_sums_not_a_mean_of_ratios(
    numerators: np.ndarray, denominators: np.ndarray, where: np.ndarray
) -> None:
    reading = RatioReading(numerators, denominators)
    for value, chosen in ((reading.image(), np.ones(SHAPE, bool)), (reading.within(where), where)):
        top, bottom = (sum(pixels[chosen].tolist()) for pixels in (numerators, denominators))
        assert value == (None if not chosen.any() else pytest.approx(top / bottom) if bottom else 0)


@given(pixels=MAPS, where=HOLES, value=st.floats(0, 1))
def test_a_given_value_stands_for_the_whole_image_alone(pixels: np.ndarray, where: np.ndarray, value: float) -> None:
    reading = GivenReading(value, pixels)
    assert reading.image() == value
    assert reading.within(where) == MeanReading(pixels).within(where)


def test_each_conversion_of_a_pair_is_done_once() -> None:
    calls = []

    def levels(image: np.ndarray) -> np.ndarray:
        calls.append(image)
        return image + 1

    pair = Pair(np.zeros((2, 2, 3), np.float32), np.ones((2, 2, 3), np.float32))
    first, second = pair.under(levels), pair.under(levels)
    assert all(one is other for one, other in zip(first, second, strict=True))
    assert [image.max() for image in calls] == [0, 1]
    assert [image.max() for image in first] == [1, 2]


def test_a_pair_is_equal_to_the_last_bit_or_not_at_all() -> None:
    image = np.full((2, 2, 3), 0.5, np.float32)
    other = image.copy()
    assert Pair(image, other).is_equal
    other[1, 1, 2] = np.nextafter(np.float32(0.5), np.float32(1))
    assert not Pair(image, other).is_equal
