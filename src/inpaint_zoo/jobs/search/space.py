"""The search space: the values that each key may take, as written in the configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, IntervalSweep, QuotedString, RangeSweep, Sweep
from hydra.errors import HydraException

from inpaint_zoo.config.overrides import quote
from inpaint_zoo.errors import InputError

Value = float | int | str | bool | None


class Suggests(Protocol):
    """The part of Optuna's `Trial` that is used here."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """A number from a range."""

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """An integer from a range."""

    def suggest_categorical(self, name: str, choices: Sequence[Value]) -> Value:
        """One of the values."""


class Dimension(Protocol):
    """The values that one key may take."""

    @property
    def extremes(self) -> Sequence[Value]:
        """The values whose configuration is checked before a search starts."""

    def suggest(self, trial: Suggests, key: str) -> Value:
        """Choose the value for a trial."""


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
        """Choose the value for a trial."""
        return trial.suggest_float(key, self.low, self.high, log=self.log)


@dataclass(frozen=True)
class Whole:
    """Integers between `low` and `high`, both included."""

    low: int
    high: int
    step: int = 1
    log: bool = False

    @property
    def extremes(self) -> Sequence[Value]:
        """Both ends."""
        return (self.low, self.high)

    def suggest(self, trial: Suggests, key: str) -> Value:
        """Choose the value for a trial."""
        return trial.suggest_int(key, self.low, self.high, step=self.step, log=self.log)


@dataclass(frozen=True)
class Choice:
    """One of the given values."""

    values: tuple[Value, ...]

    @property
    def extremes(self) -> Sequence[Value]:
        """All values."""
        return self.values

    def suggest(self, trial: Suggests, key: str) -> Value:
        """Choose the value for a trial."""
        return trial.suggest_categorical(key, self.values)


def parse_space(search: Mapping[str, Any]) -> dict[str, Dimension]:
    """Read the node `search`.

    Raises:
        InputError: It is empty, or a range has an unknown form.
    """
    if not search:
        example = "search.model.optimizer.lr='tag(log, interval(1e-5,1e-3))'"
        raise InputError(f"search is empty: give what to vary, as in {example}")
    return {key: parse_dimension(key, str(text).strip()) for key, text in search.items()}


def parse_dimension(key: str, text: str) -> Dimension:
    """Read one range in the grammar of Hydra's sweeps, such as `tag(log, interval(1e-5, 1e-3))` or `misf,madf`.

    Raises:
        InputError: The range has an unknown form.
    """
    former = _FORMER.fullmatch(text)
    if former is not None:
        numbers = [number.strip() for number in former[2].split(",")]
        raise InputError(f"search.{key} is {text}: write {_in_hydra_grammar(former[1], *numbers)}")
    try:
        # any key will do; the real one may be one that Hydra cannot parse
        return _dimension(OverridesParser.create().parse_override(f"search={text}").value())
    except (HydraException, ValueError, TypeError) as error:
        reason = " ".join(str(error).split("\n")[0].split())
        raise InputError(f"search.{key} is {text}: write one of {_FORMS} ({reason})") from error


def override_of(key: str, value: Value) -> str:
    """The override of `train` that sets a key to a value."""
    text = "null" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    plain = not isinstance(value, str) or re.fullmatch(r"[\w.+/-]+", text)
    return f"{key}={text if plain else quote(text)}"


def _dimension(sweep: object) -> Dimension:
    match sweep:
        case ChoiceSweep():
            return _choice(sweep.list)
        case RangeSweep() if isinstance(values := sweep.range(), range):
            if not len(values) > 1:
                raise ValueError("at least two values")
            low, high = sorted((values[0], values[-1]))
            return Whole(low, high, abs(values.step), _is_log(sweep, low, values.step == 1))
        case RangeSweep():
            return _choice(list(sweep.range()))
        case IntervalSweep(start=low, end=high) if low is not None and high is not None:
            if not low < high:
                raise ValueError("the first must be less than the second")
            kind = Whole if isinstance(low, int) and isinstance(high, int) else Real
            return kind(low, high, log=_is_log(sweep, low))
    raise ValueError("this is a single value")


def _is_log(sweep: Sweep, low: float, possible: bool = True) -> bool:
    if not sweep.tags <= {"log"}:
        raise ValueError("the only tag is log")
    if sweep.tags and not (possible and low > 0):
        raise ValueError("with log, all numbers must be more than 0, and the step 1")
    return bool(sweep.tags)


def _choice(listed: Sequence[object]) -> Choice:
    values = tuple(_value(value) for value in listed)
    if len(set(values)) < max(len(values), 2):
        raise ValueError("at least two different values")
    return Choice(values)


def _value(listed: object) -> Value:
    value = listed.text if isinstance(listed, QuotedString) else listed
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise ValueError(f"{value} is not a single value")


_FORMS = (
    "A,B,… (null may be among them), choice(A,B,…), range(FIRST,STOP[,STEP]), interval(LOW,HIGH), "
    "int(interval(LOW,HIGH)), tag(log, interval(LOW,HIGH))"
)
_FORMER = re.compile(r"(log|float|int|log_int)\(([^(),]+(?:,[^(),]+){1,2})\)")
"""Ranges in their former notation; Hydra would read some of them as a choice of two numbers."""


def _in_hydra_grammar(word: str, low: str, high: str, step: str = "1") -> str:
    """A range of the former notation in the grammar of Hydra."""
    if word == "int":
        return (
            f"int(interval({low},{high}))"
            if step == "1"
            else f"range({low},STOP,{step}), where STOP is more than {high}"
        )
    return {"log": f"tag(log, interval({low},{high}))", "float": f"interval({low},{high})"}.get(
        word, f"tag(log, int(interval({low},{high})))"
    )
