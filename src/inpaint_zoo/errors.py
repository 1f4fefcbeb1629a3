"""What stands for a mistake in what the user gave, and the checks of numbers, texts and lists of them."""

import math
import re
from collections.abc import Sequence
from typing import Any, TypeGuard


class InputWarning(UserWarning):
    """What a user gave can be used, but looks like a mistake; one line, which says what to set."""


class InputError(Exception):
    """What a user gave cannot be used.

    The message is one line: it names the thing (file, key, size) and says what to do about it. The command line
    prints it without a traceback and exits with code 2.
    """

    def __init__(self, message: str) -> None:
        # a data loader's worker hands an error over with its whole traceback for a message; the last line is ours
        super().__init__(re.split(rf"{re.escape(InputError.__module__)}\.\w+: ", message)[-1].rstrip())


class DamagedFileError(InputError):
    """A file is missing, truncated, or not what it should be."""


class Stopped(BaseException):
    """A training was told to stop by a signal, and has saved what it had.

    Args:
        message: One line, which says how to go on.
        signum: Number of the signal.
    """

    def __init__(self, message: str, signum: int) -> None:
        super().__init__(message)
        self.signum = signum


def as_given(value: object) -> str:
    """A value as it would stand behind the `=` of an override: `null`, `true`, `[1,2]`, `x`."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"[{','.join(map(as_given, value))}]" if is_list(value) else str(value)


def whole_number(value: Any, key: str) -> int:
    """Return `value`, which stands under `key` in the configuration.

    Raises:
        InputError: It is no whole number.
    """
    if not is_whole(value):
        raise InputError(f"{key}={as_given(value)} must be a whole number")
    return value


def finite(value: Any, key: str) -> float:
    """Return `value`, which stands under `key` in the configuration.

    Raises:
        InputError: It is no number, or none that is finite.
    """
    if not is_finite(value):
        raise InputError(f"{key}={as_given(value)} must be a number")
    return value


def at_least(least: int, value: Any, key: str) -> int:
    """Return `value`, which stands under `key` in the configuration.

    Raises:
        InputError: It is no whole number, or less than `least`.
    """
    if whole_number(value, key) < least:
        raise InputError(f"{key}={value} must be at least {least}")
    return int(value)


def multiple_of(step: int, value: Any, key: str) -> int:
    """Return `value`, which stands under `key` in the configuration.

    Raises:
        InputError: It is not `step` or a multiple of it.
    """
    if whole_number(value, key) < step or value % step:
        raise InputError(f"{key}={value} must be a multiple of {step}: give {step * max(1, round(value / step))}")
    return int(value)


def seed_in_range(value: Any, key: str) -> int:
    """Return a seed, which stands under `key` in the configuration.

    Raises:
        InputError: It is no whole number in [0, 2**32).
    """
    if not 0 <= whole_number(value, key) < 2**32:
        raise InputError(f"{key}={value} must lie in [0, 4294967295]")
    return int(value)


def height_and_width(size: Any, key: str) -> tuple[int, int]:
    """The height and width that stand under `key` in the configuration.

    Raises:
        InputError: They do not.
    """
    sides = list(size) if is_list(size) else [size, size]
    if len(sides) != 2 or not all(is_whole(side) and side > 0 for side in sides):
        raise InputError(f"{key}={as_given(size)} must be a number of pixels or [height,width]")
    return sides[0], sides[1]


def true_or_false(value: Any, key: str) -> bool:
    """Return `value`, which stands under `key` in the configuration.

    Raises:
        InputError: It is neither.
    """
    if not isinstance(value, bool):
        raise InputError(f"{key}={as_given(value)} must be true or false")
    return value


def is_whole(value: object) -> TypeGuard[int]:
    """Whether a value is a whole number; `true` and 2.0 are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_finite(value: object) -> TypeGuard[float]:
    """Whether a value is a number; `true`, nan and inf are none."""
    return is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def is_list(value: object) -> TypeGuard[Sequence[Any]]:
    """Whether a value holds others in an order; a text is no list of letters."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def listed(values: Any, key: str, example: str) -> list[Any]:
    """Return the list that stands under `key` in the configuration.

    Raises:
        InputError: It is none, or empty.
    """
    if not is_list(values) or not len(values):
        raise InputError(f"{key}={as_given(values)} must be a list, such as {key}={example}")
    return list(values)


def texts(values: Any, key: str, example: str) -> list[str]:
    """As `listed`, of texts that are not empty.

    Raises:
        InputError: As `listed`, or something else is in it.
    """
    found = listed(values, key, example)
    if not all(isinstance(value, str) and value.strip() for value in found):
        raise InputError(f"{key}={as_given(values)} must be a list of texts, such as {key}={example}")
    return found


def text_or_texts(value: Any, key: str, example: str) -> list[str]:
    """As `texts`, where a text alone stands for a list of it."""
    return texts([value] if isinstance(value, str) else value, key, example)
