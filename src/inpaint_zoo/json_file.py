"""JSON files from outside: whatever they hold, a mistake in them is named in one line."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn, TypeVar

from inpaint_zoo.errors import InputError

T = TypeVar("T", str, int, float, bool, list[Any], dict[str, Any])

_HASH_LENGTH = 64
_LONGEST_NAME = 4096


def read_json(path: Path, most_bytes: int) -> Any:
    """Read a JSON file of at most `most_bytes`, without `NaN`, `Infinity` and repeated keys.

    Raises:
        InputError: The file is missing, no ordinary file, too large or damaged.
    """
    try:
        # a device or a pipe would never end
        size = path.stat().st_size if path.is_file() else None
        data = b"" if size is None or size > most_bytes else path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r} ({error.strerror or error})") from error
    if size is None:
        raise InputError(f"{str(path)!r} {'is no file' if path.exists() else 'does not exist'}")
    if size > most_bytes:
        raise InputError(f"{str(path)!r} has {size} bytes, more than the {most_bytes} that are read")
    try:
        return json.loads(data, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:  # wrong syntax, no UTF-8, endless digits, endless nesting
        reason = " ".join(str(error).split())
        raise InputError(f"{str(path)!r} is damaged, it cannot be read as JSON ({reason})") from error


class Fields:
    """The entries of a JSON object, each checked when it is taken.

    Args:
        values: What should be the object.
        where: Its place, for messages, such as `set.json: samples[3]`.

    Raises:
        InputError: `values` is no object.
    """

    def __init__(self, values: Any, where: str) -> None:
        if not isinstance(values, dict):
            raise InputError(f"{where} must be an object, not {_kind(values)}")
        self.values: Mapping[str, Any] = values
        self.where = where

    def take(self, name: str, kind: type[T]) -> T:
        """The entry of that name.

        Raises:
            InputError: It is missing or of another type.
        """
        if name not in self.values:
            raise InputError(f"{self.where} has no {name}")
        value = self.values[name]
        fits = isinstance(value, kind) or (kind is float and isinstance(value, int))
        if not fits or isinstance(value, bool) != (kind is bool):
            raise InputError(f"{self.where}.{name} must be {_NAMES[kind]}, not {_kind(value)}")
        return value  # type: ignore[no-any-return]

    def name(self, name: str) -> str:
        """The name of a file below some folder."""
        value = self.take(name, str)
        parts = PurePosixPath(value).parts
        if not parts or value.startswith("/") or ".." in parts or "\0" in value or len(value) > _LONGEST_NAME:
            raise InputError(f"{self.where}.{name} is {value[:80]!r}: it must be a path below a folder")
        return value

    def hash(self, name: str) -> str:
        """A SHA-256."""
        value = self.take(name, str)
        if len(value) != _HASH_LENGTH or set(value) - set("0123456789abcdef"):
            raise InputError(f"{self.where}.{name} must be a SHA-256 of 64 hexadecimal digits")
        return value

    def share(self, name: str) -> float:
        """A number in [0, 1]."""
        value = float(self.take(name, float))
        if not 0 <= value <= 1:
            raise InputError(f"{self.where}.{name} is {value}: it must lie in [0, 1]")
        return value

    def number(self, name: str) -> float | None:
        """A finite number, the text `inf`, or null."""
        value = self.values[name]
        if value is None or value == "inf":
            return None if value is None else math.inf
        number = self.take(name, float)
        if abs(number) > sys.float_info.max:
            raise InputError(f"{self.where}.{name} is too large for a number")
        return float(number)

    def size(self, name: str) -> tuple[int, int]:
        """Height and width."""
        value = self.take(name, list)
        if len(value) != 2 or not all(type(side) is int and side > 0 for side in value):
            raise InputError(f"{self.where}.{name} must be [height, width]")
        return value[0], value[1]


_NAMES: Mapping[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    bool: "true or false",
    type(None): "null",
}


def _kind(value: object) -> str:
    return _NAMES[type(value)]


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands there twice")
    return values
