from typing import Any

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.search.space import (
    Choice,
    Real,
    Value,
    Whole,
    override_of,
    parse_dimension,
    parse_space,
)


class Calls:
    """Stands for a trial: remembers what it is asked for."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def suggest_float(self, *arguments: Any, **named: Any) -> float:
        self.calls.append(("float", *arguments, named))
        return 0.5

    def suggest_int(self, *arguments: Any, **named: Any) -> int:
        self.calls.append(("int", *arguments, named))
        return 2

    def suggest_categorical(self, *arguments: Any, **named: Any) -> Value:
        self.calls.append(("choice", *arguments, named))
        return "a"


@pytest.mark.parametrize(
    ("text", "dimension", "call"),
    [
        ("tag(log, interval(1e-5, 1e-3))", Real(1e-5, 1e-3, log=True), ("float", "k", 1e-5, 1e-3, {"log": True})),
        ("interval(0,0.5)", Real(0, 0.5), ("float", "k", 0, 0.5, {"log": False})),
        ("interval(0, 1)", Real(0, 1), ("float", "k", 0, 1, {"log": False})),
        ("int(interval(2,8))", Whole(2, 8), ("int", "k", 2, 8, {"step": 1, "log": False})),
        ("tag(log, int(interval(1,1e3)))", Whole(1, 1000, log=True), ("int", "k", 1, 1000, {"step": 1, "log": True})),
        ("tag(log, range(1,9))", Whole(1, 8, log=True), ("int", "k", 1, 8, {"step": 1, "log": True})),
        ("range(2,9)", Whole(2, 8), ("int", "k", 2, 8, {"step": 1, "log": False})),
        ("range(2,9,2)", Whole(2, 8, 2), ("int", "k", 2, 8, {"step": 2, "log": False})),
        ("range(3)", Whole(0, 2), ("int", "k", 0, 2, {"step": 1, "log": False})),
        ("range(8,1,-3)", Whole(2, 8, 3), ("int", "k", 2, 8, {"step": 3, "log": False})),
        ("range(0,1,0.25)", Choice((0.0, 0.25, 0.5, 0.75)), None),
        ("choice(misf, madf)", Choice(("misf", "madf")), ("choice", "k", ("misf", "madf"), {})),
        ("misf,madf", Choice(("misf", "madf")), ("choice", "k", ("misf", "madf"), {})),
        ("null, 0.99, true, 'a, b'", Choice((None, 0.99, True, "a, b")), None),
        ("choice(1e-5, 'it\\'s')", Choice((1e-5, "it's")), None),
    ],
)  # fmt: skip
def test_ranges(text: str, dimension: Any, call: tuple[Any, ...] | None) -> None:
    assert parse_dimension("k", text) == dimension
    trial = Calls()
    dimension.suggest(trial, "k")
    assert call is None or trial.calls == [call]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1e-3", "search.k is 1e-3: write one of A,B,… (null may be among them), choice(A,B,…), range(FIRST,STOP"),
        ("lgo(1,2)", "Unknown function 'lgo'"),
        ("tag(log, interval(0,1))", "(with log, all numbers must be more than 0, and the step 1)"),
        ("tag(log, range(1,9,2))", "(with log, all numbers must be more than 0, and the step 1)"),
        ("tag(normal, interval(0,1))", "(the only tag is log)"),
        ("interval(2,1)", "(the first must be less than the second)"),
        ("range(5,2)", "(at least two values)"),
        ("range(1)", "(at least two values)"),
        ("interval(a,b)", "str is incompatible with"),
        ("choice(1)", "(at least two different values)"),
        ("1,1", "(at least two different values)"),
        ("choice([1],2)", "([1] is not a single value)"),
        ("choice(null,1)", "NoneType is incompatible with"),
        ("choice(a: [)", "no viable alternative"),
        ("${x}", "(this is a single value)"),
        ("glob(*)", "(this is a single value)"),
    ],
)
def test_mistakes_are_named(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_dimension("k", text)
    assert str(raised.value).startswith(f"search.k is {text}: write one of A,B,…")
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("log(1e-5, 1e-3)", "tag(log, interval(1e-5,1e-3))"),
        ("float(0,0.5)", "interval(0,0.5)"),
        ("int(2,8)", "int(interval(2,8))"),
        ("int(2,8,2)", "range(2,STOP,2), where STOP is more than 8"),
        ("log_int(1,1e3)", "tag(log, int(interval(1,1e3)))"),
    ],
)
def test_a_range_as_it_was_written_before_is_said_anew(before: str, now: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_dimension("k", before)
    assert str(raised.value) == f"search.k is {before}: write {now}"


def test_nothing_to_search() -> None:
    with pytest.raises(InputError, match="search is empty: give what to vary"):
        parse_space({})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (1e-05, "1e-05"),
        (4, "4"),
        ("a.b", "a.b"),
        ("a, b", "'a, b'"),
        ("i's", r"'i\'s'"),
    ],
)
def test_values_as_overrides(value: Value, text: str) -> None:
    assert override_of("k", value) == f"k={text}"
