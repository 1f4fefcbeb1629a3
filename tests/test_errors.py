import pytest

from inpaint_zoo.errors import InputError, at_least, multiple_of


def test_a_number_that_is_large_enough_comes_back() -> None:
    assert [at_least(0, 0, "x"), at_least(1, 7, "x"), multiple_of(4, 4, "x"), multiple_of(4, 12, "x")] == [0, 7, 4, 12]


def test_a_number_that_is_too_small_is_named() -> None:
    with pytest.raises(InputError, match=r"^data\.size=-1 must be at least 0$"):
        at_least(0, -1, "data.size")


@pytest.mark.parametrize(("value", "near"), [(-8, 4), (0, 4), (2, 4), (7, 8), (9, 8)])
def test_a_number_between_multiples_is_named_with_the_nearest(value: int, near: int) -> None:
    with pytest.raises(InputError, match=rf"^network\.x={value} must be a multiple of 4: give {near}$"):
        multiple_of(4, value, "network.x")
