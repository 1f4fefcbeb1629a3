"""What a search may choose from, as it is written in the configuration."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import yaml

from inpaint_zoo.errors import InputError
from inpaint_zoo.overrides import quote
from inpaint_zoo.suggestion import choose

Value = float | int | str | bool | None


class Suggests(Protocol):
    """What a trial of Optuna offers."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """A number of a range."""

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """A whole number of a range."""

    def suggest_categorical(self, name: str, choices: Sequence[Value]) -> Value:
        """One of some values."""


class Dimension(Protocol):
    """The values that one key may take."""

    @property
    def extremes(self) -> Sequence[Value]:
        """Those that are tried out on the configuration before a search begins."""

    def suggest(self, trial: Suggests, key: str) -> Value:
        """The value of a trial."""


@dataclass(frozen=True)
class Real:
    """Numbers between `low` and `high`."""

    low: float
    high: float
    log: bool = False

    @property
    def extremes(self) -> Sequence[Value]:
        """Both ends."""
        return (self.low, self.high)

    def suggest(self, trial: Suggests, key: str) -> Value:
        """The value of a trial."""
        return trial.suggest_float(key, self.low, self.high, log=self.log)


@dataclass(frozen=True)
class Whole:
    """Whole numbers between `low` and `high`, both included."""

    low: int
    high: int
    step: int = 1
    log: bool = False

    @property
    def extremes(self) -> Sequence[Value]:
        """Both ends."""
        return (self.low, self.high)

    def suggest(self, trial: Suggests, key: str) -> Value:
        """The value of a trial."""
        return trial.suggest_int(key, self.low, self.high, step=self.step, log=self.log)


@dataclass(frozen=True)
class Choice:
    """One of some values."""

    values: tuple[Value, ...]

    @property
    def extremes(self) -> Sequence[Value]:
        """All."""
        return self.values

    def suggest(self, trial: Suggests, key: str) -> Value:
        """The value of a trial."""
        return trial.suggest_categorical(key, self.values)


def parse_space(search: Mapping[str, Any]) -> dict[str, Dimension]:
    """Read the node `search`.

    Raises:
        InputError: It is empty, or a range is not understood.
    """
    if not search:
        raise InputError("search is empty: give what to vary, as in search.model.optimizer.lr='log(1e-5,1e-3)'")
    return {key: parse_dimension(key, text) for key, text in search.items()}


def parse_dimension(key: str, text: object) -> Dimension:
    """Read one range, such as `log(1e-5, 1e-3)` or `choice(misf, madf)`.

    Raises:
        InputError: It is not understood.
    """
    call = re.fullmatch(r"\s*(\w+)\s*\((.*)\)\s*", str(text), re.DOTALL)
    if call is None:
        raise InputError(f"search.{key} is {str(text)!r}: write one of {', '.join(_FORMS.values())}")
    make = choose(_KINDS, call[1], f"search.{key}: the kind of range")
    try:
        return make([_value(argument) for argument in yaml.safe_load(f"[{call[2]}]")])
    except (yaml.YAMLError, ValueError, TypeError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"search.{key} is {text}: write {_FORMS[call[1]]} ({reason})") from error


def override_of(key: str, value: Value) -> str:
    """The override of `train` that gives a key a value."""
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    plain = not isinstance(value, str) or re.fullmatch(r"[\w.+/-]+", text)
    return f"{key}={text if plain else quote(text)}"


def _value(argument: object) -> Value:
    if isinstance(argument, str):
        try:
            return float(argument)  # YAML takes 1e-5 for a text
        except ValueError:
            return argument
    if argument is None or isinstance(argument, (bool, int, float)):
        return argument
    raise ValueError(f"{argument} is no single value")


def _real(arguments: Sequence[Value], log: bool = False) -> Real:
    low, high = (float(_number(argument)) for argument in _two(arguments))
    _check_range(low, high, log)
    return Real(low, high, log)


def _log(arguments: Sequence[Value]) -> Real:
    return _real(arguments, log=True)


def _whole(arguments: Sequence[Value]) -> Whole:
    low, high, *step = (_whole_number(argument) for argument in arguments)
    if len(step) > 1 or any(one < 1 for one in step):
        raise ValueError("the third is a step of at least 1, a fourth there is not")
    _check_range(low, high, log=False)
    return Whole(low, high, step[0] if step else 1)


def _log_int(arguments: Sequence[Value]) -> Whole:
    low, high = (_whole_number(argument) for argument in _two(arguments))
    _check_range(low, high, log=True)
    return Whole(low, high, log=True)


def _choice(arguments: Sequence[Value]) -> Choice:
    if len(arguments) < 2 or len(set(arguments)) < len(arguments):
        raise ValueError("at least two different values")
    return Choice(tuple(arguments))


def _two(arguments: Sequence[Value]) -> Sequence[Value]:
    if len(arguments) != 2:
        raise ValueError(f"{len(arguments)} values in place of two")
    return arguments


def _number(value: Value) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value} is no number")
    return value


def _whole_number(value: Value) -> int:
    number = _number(value)
    if number != int(number):
        raise ValueError(f"{value} is no whole number")
    return int(number)


def _check_range(low: float, high: float, log: bool) -> None:
    if not low < high or (log and low <= 0):
        raise ValueError("the first is less than the second" + (", both are more than 0" if log else ""))


_KINDS: dict[str, Callable[[Sequence[Value]], Dimension]] = {
    "log": _log,
    "float": _real,
    "int": _whole,
    "log_int": _log_int,
    "choice": _choice,
}
_FORMS = {
    "log": "log(LOW,HIGH)",
    "float": "float(LOW,HIGH)",
    "int": "int(LOW,HIGH) or int(LOW,HIGH,STEP)",
    "log_int": "log_int(LOW,HIGH)",
    "choice": "choice(A,B,...)",
}
