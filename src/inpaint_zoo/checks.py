"""Checks of the values that a user gives: numbers, strings, lists, and names, with a suggestion for a mistyped one."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard, TypeVar

from inpaint_zoo.errors import InputError

T = TypeVar("T")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `", did you mean 'x'?"` for the known word nearest to `word`, or an empty string when none is near.

    A dotted key is near another one if the whole keys are, or if their last parts are (`trainer.max_epoch` and
    `max_epochs`).
    """
    words = [str(name) for name in known]
    folded = {name.lower(): name for name in words}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.5 if len(word) < 5 else 0.6)
    if near:
        return f", did you mean '{folded[near[0]]}'?"
    last_parts = {name.lower().rpartition(".")[2]: name for name in reversed(words)}
    near = difflib.get_close_matches(word.lower().rpartition(".")[2], last_parts, n=1, cutoff=0.75)
    return f", did you mean '{last_parts[near[0]]}'?" if near else ""


def choose(table: Mapping[str, T], name: str, argument: str) -> T:
    """Return the entry of `table` that the configuration names.

    Args:
        table: The choices by name.
        name: The name that was given.
        argument: Its key, for the message.

    Raises:
        InputError: There is no such name.
    """
    if not isinstance(name, str) or name not in table:
        got = f"{name!r}{did_you_mean(name, table)}" if isinstance(name, str) else as_given(name)
        raise InputError(f"{argument} is one of {', '.join(table)}; got {got}")
    return table[name]


def as_given(value: object) -> str:
    """Format a value as it is written after the `=` of an override: `null`, `true`, `[1,2]`, `x`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"[{','.join(map(as_given, value))}]" if is_list(value) else str(value)


def check_mapping(value: Any, key: str) -> None:
    """Refuse what is no mapping under `key` in the configuration; the `InputError` says so."""
    if not isinstance(value, Mapping):
        raise InputError(f"{key}={as_given(value)} must be a mapping, such as {{name: value}}")


def whole_number(value: Any, key: str) -> int:
    """Return `value`, the whole number under `key` in the configuration.

    Raises:
        InputError: It is not a whole number.
    """
    if not is_whole(value):
        raise InputError(f"{key}={as_given(value)} must be a whole number")
    return value


def finite(value: Any, key: str) -> float:
    """Return `value`, the finite number under `key` in the configuration.

    Raises:
        InputError: It is not a number, or not finite.
    """
    if not is_finite(value):
        raise InputError(f"{key}={as_given(value)} must be a number")
    return value


def at_least(least: int, value: Any, key: str) -> int:
    """Return `value`, the whole number under `key` in the configuration, which is at least `least`.

    Raises:
        InputError: It is not a whole number, or less than `least`.
    """
    if whole_number(value, key) < least:
        raise InputError(f"{key}={value} must be at least {least}")
    return int(value)


def multiple_of(step: int, value: Any, key: str) -> int:
    """Return `value`, the positive multiple of `step` under `key` in the configuration.

    Raises:
        InputError: It is not a positive multiple of `step`.
    """
    if whole_number(value, key) < step or value % step:
        raise InputError(f"{key}={value} must be a multiple of {step}: give {step * max(1, round(value / step))}")
    return int(value)


def odd_at_least(least: int, value: Any, key: str) -> int:
    """Return `value`, the odd number under `key` in the configuration, which is at least `least`.

    Raises:
        InputError: It is not an odd whole number, or less than `least`.
    """
    if at_least(least, value, key) % 2 == 0:
        raise InputError(f"{key}={value} must be odd: give {value + 1}")
    return int(value)


def seed_in_range(value: Any, key: str) -> int:
    """Return `value`, the seed under `key` in the configuration.

    Raises:
        InputError: It is not a whole number in [0, 2**32).
    """
    if not 0 <= whole_number(value, key) < 2**32:
        raise InputError(f"{key}={value} must lie in [0, 4294967295]")
    return int(value)


def probability(value: Any, key: str) -> float:
    """Return `value`, the probability under `key` in the configuration.

    Raises:
        InputError: It is not a number in [0, 1].
    """
    if not is_finite(value) or not 0 <= value <= 1:
        raise InputError(f"{key}={as_given(value)} must lie in [0, 1]")
    return value


def height_and_width(size: Any, key: str) -> tuple[int, int]:
    """Return the height and width under `key` in the configuration; one number is both.

    Raises:
        InputError: They are not positive whole numbers.
    """
    sides = list(size) if is_list(size) else [size, size]
    if len(sides) != 2 or not all(is_whole(side) and side > 0 for side in sides):
        raise InputError(f"{key}={as_given(size)} must be a number of pixels or [height,width]")
    return sides[0], sides[1]


def true_or_false(value: Any, key: str) -> bool:
    """Return `value`, the true or false under `key` in the configuration.

    Raises:
        InputError: It is neither.
    """
    if not isinstance(value, bool):
        raise InputError(f"{key}={as_given(value)} must be true or false")
    return value


def one_path(value: Any, key: str) -> str:
    """Return `value`, the path under `key` in the configuration.

    Raises:
        InputError: It is not a single string, or an empty one.
    """
    if value is None or value == "":
        raise InputError(f"{key} is missing: give {key}=PATH")
    if not isinstance(value, str):
        raise InputError(f"{key}={as_given(value)} must be one path")
    return value


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number; `true` and 2.0 are not."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_finite(value: object) -> TypeGuard[float]:
    """Whether a value is a finite number; `true`, nan and inf are not."""
    return is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value is a list or another sequence; a string is not."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def non_empty_list(values: Any, key: str, example: str) -> list[Any]:
    """Return the list under `key` in the configuration.

    Args:
        values: What was given.
        key: Its key.
        example: A list that would do, for the message, such as `[a,b]`.

    Raises:
        InputError: It is not a list, or empty.
    """
    if not is_list(values) or not len(values):
        raise InputError(f"{key}={as_given(values)} must be a list, such as {key}={example}")
    return list(values)


def strings(values: Any, key: str, example: str) -> list[str]:
    """As `non_empty_list`, of strings that are not empty.

    Raises:
        InputError: As `non_empty_list`, or an entry is not a string or is empty.
    """
    found = non_empty_list(values, key, example)
    if not all(isinstance(value, str) and value.strip() for value in found):
        raise InputError(f"{key}={as_given(values)} must be a list of strings, such as {key}={example}")
    return found


def string_or_strings(value: Any, key: str, example: str) -> list[str]:
    """As `strings`; a single string stands for a list of one."""
    return strings([value] if isinstance(value, str) else value, key, example)
