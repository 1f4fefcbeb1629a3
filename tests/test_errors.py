from collections.abc import Callable
from typing import Any

import pytest

from inpaint_zoo.checks import (
    as_given,
    at_least,
    finite,
    height_and_width,
    multiple_of,
    seed_in_range,
    string_or_strings,
    strings,
    true_or_false,
    whole_number,
)
from inpaint_zoo.errors import InputError


def test_a_number_that_is_large_enough_comes_back() -> None:
    assert [at_least(0, 0, "x"), at_least(1, 7, "x"), multiple_of(4, 4, "x"), multiple_of(4, 12, "x")] == [0, 7, 4, 12]


def test_a_number_that_is_too_small_is_named() -> None:
    with pytest.raises(InputError, match=r"^data\.size=-1 must be at least 0$"):
        at_least(0, -1, "data.size")


@pytest.mark.parametrize(("value", "near"), [(-8, 4), (0, 4), (2, 4), (7, 8), (9, 8)])
def test_a_number_between_multiples_is_named_with_the_nearest(value: int, near: int) -> None:
    with pytest.raises(InputError, match=rf"^network\.x={value} must be a multiple of 4: give {near}$"):
        multiple_of(4, value, "network.x")


@pytest.mark.parametrize("value", ["abc", 1.5, None, True, [3], float("nan"), 2.0])
def test_what_is_no_whole_number_is_named_as_it_was_given(value: object) -> None:
    for check in (
        whole_number,
        seed_in_range,
        lambda *given: at_least(1, *given),
        lambda *given: multiple_of(4, *given),
    ):
        with pytest.raises(InputError) as caught:
            check(value, "x.y")
        assert str(caught.value) == f"x.y={as_given(value)} must be a whole number"


@pytest.mark.parametrize(
    ("check", "value", "words"),
    [
        (finite, float("nan"), "x=nan must be a number"),
        (finite, float("inf"), "x=inf must be a number"),
        (finite, True, "x=true must be a number"),
        (finite, "1", "x=1 must be a number"),
        (seed_in_range, -1, "x=-1 must lie in"),
        (seed_in_range, 2**32, "x=4294967296 must lie in"),
        (height_and_width, [32, 0], r"x=\[32,0\] must be a number of pixels or \[height,width\]"),
        (height_and_width, [32, True], r"x=\[32,true\] must be"),
        (height_and_width, [32], r"x=\[32\] must be"),
        (height_and_width, 2.5, "x=2.5 must be"),
        (height_and_width, None, "x=null must be"),
        (height_and_width, "32", "x=32 must be"),
        (height_and_width, True, "x=true must be"),
        (true_or_false, "maybe", "x=maybe must be true or false"),
        (true_or_false, 1, "x=1 must be true or false"),
    ],
)
def test_other_values_are_named_as_they_were_given(check: Callable[..., Any], value: object, words: str) -> None:
    with pytest.raises(InputError, match=f"^{words}"):
        check(value, "x")


@pytest.mark.parametrize("value", ["jpg", None, 5, [], [""], [" "], [5], ["a", None], {"a": "b"}])
def test_a_list_of_texts_is_nothing_else(value: object) -> None:
    with pytest.raises(InputError, match=r"^x=.* must be a list.*, such as x=\[a,b\]$"):
        strings(value, "x", "[a,b]")


def test_values_that_fit_come_back() -> None:
    assert [finite(0.5, "x"), finite(3, "x"), seed_in_range(2**32 - 1, "x"), true_or_false(False, "x")] == [
        0.5, 3, 2**32 - 1, False,
    ]  # fmt: skip
    assert [height_and_width(7, "x"), height_and_width([7, 9], "x")] == [(7, 7), (7, 9)]
    assert [strings(("a", "b"), "x", ""), string_or_strings("a", "x", "")] == [["a", "b"], ["a"]]
