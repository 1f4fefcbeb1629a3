from typing import Any

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.tuning.space import Choice, Real, Value, Whole, override_of, parse_dimension, parse_space


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
        ("log(1e-5, 1e-3)", Real(1e-5, 1e-3, log=True), ("float", "k", 1e-5, 1e-3, {"log": True})),
        ("float(0,0.5)", Real(0, 0.5), ("float", "k", 0, 0.5, {"log": False})),
        (" int(2, 8) ", Whole(2, 8), ("int", "k", 2, 8, {"step": 1, "log": False})),
        ("int(2,8,2)", Whole(2, 8, 2), ("int", "k", 2, 8, {"step": 2, "log": False})),
        ("log_int(1,1e3)", Whole(1, 1000, log=True), ("int", "k", 1, 1000, {"step": 1, "log": True})),
        ("choice(misf, madf)", Choice(("misf", "madf")), ("choice", "k", ("misf", "madf"), {})),
        ("choice(null, 0.99, true, 'a, b')", Choice((None, 0.99, True, "a, b")), None),
    ],
)
def test_ranges(text: str, dimension: Any, call: tuple[Any, ...] | None) -> None:
    assert parse_dimension("k", text) == dimension
    trial = Calls()
    dimension.suggest(trial, "k")
    assert call is None or trial.calls == [call]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1e-3", "search.k is '1e-3': write one of log(LOW,HIGH), float(LOW,HIGH), int(LOW,HIGH)"),
        ("lgo(1,2)", "search.k: the kind of range is one of log, float, int, log_int, choice; got 'lgo', did"),
        ("log(0,1)", "search.k is log(0,1): write log(LOW,HIGH) (the first is less than the second, both are"),
        ("float(2,1)", "search.k is float(2,1): write float(LOW,HIGH) (the first is less than the second)"),
        ("float(1)", "search.k is float(1): write float(LOW,HIGH) (1 values in place of two)"),
        ("int(1,2.5)", "search.k is int(1,2.5): write int(LOW,HIGH) or int(LOW,HIGH,STEP) (2.5 is no whole number)"),
        ("int(1)", "search.k is int(1): write int(LOW,HIGH) or int(LOW,HIGH,STEP) ("),
        ("int(1,9,0)", "search.k is int(1,9,0): write int(LOW,HIGH) or int(LOW,HIGH,STEP) (the third is a step"),
        ("float(a,b)", "search.k is float(a,b): write float(LOW,HIGH) (a is no number)"),
        ("choice(1)", "search.k is choice(1): write choice(A,B,...) (at least two different values)"),
        ("choice(1,1)", "search.k is choice(1,1): write choice(A,B,...) (at least two different values)"),
        ("choice([1],2)", "search.k is choice([1],2): write choice(A,B,...) ([1] is no single value)"),
        ("choice(a: [)", "search.k is choice(a: [): write choice(A,B,...) ("),
    ],
)  # fmt: skip
def test_mistakes_are_named(text: str, complaint: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_dimension("k", text)
    assert str(raised.value).startswith(complaint)


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
