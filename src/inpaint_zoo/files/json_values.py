"""Checking what JSON files hold that others wrote; apart from reading them, because pydantic is slow to import."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from inpaint_zoo.errors import InputError

T = TypeVar("T")

_LONGEST_NAME = 4096


class JSONObject(BaseModel):
    """Base of the objects of a JSON file: values of another type are refused, unknown keys ignored."""

    model_config = ConfigDict(strict=True, frozen=True)


def validated(kind: type[T], values: Any, where: str) -> T:
    """Check values of a JSON file and return them as `kind`, such as a subclass of `JSONObject`.

    Args:
        kind: The expected type.
        values: From `read_json`.
        where: What they are, for messages, such as the name of the file.

    Raises:
        InputError: They are not of this type; the message names the first wrong value and what it must be.
    """
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        raise InputError(_message(error.errors()[0], where)) from error


def _message(error: ErrorDetails, where: str) -> str:
    kind, value, message = error["type"], error["input"], error["msg"]
    if kind == "missing":
        return f"{_place(where, error['loc'][:-1])} has no {error['loc'][-1]}"
    place, expected = _place(where, error["loc"]), kind.removesuffix("_type")
    if kind == "value_error":
        return f"{place} {error['ctx']['error']}"
    if expected in _NAMES:
        return f"{place} must be {_NAMES[expected]}, not {_NAMES[type(value).__name__]}"
    return f"{place} is {repr(value)[:80]}: {re.sub(r'^[A-Z][a-z]+ should', 'it must', message)}"


def _place(where: str, steps: Sequence[int | str]) -> str:
    """Such as `set.json: samples[3].name`."""
    inside = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")
    return ": ".join(part for part in (where, inside) if part)


_NAMES: Mapping[str, str] = {
    "str": "a string",
    "string": "a string",
    "dict": "an object",
    "model": "an object",
    "int": "a whole number",
    "float": "a number",
    "list": "a list",
    "bool": "true or false",
    "NoneType": "null",
}
"""What messages call Python's types and the types that pydantic expects."""


def _below(value: str) -> str:
    parts = PurePosixPath(value).parts
    if not parts or value.startswith("/") or ".." in parts or "\0" in value or len(value) > _LONGEST_NAME:
        raise ValueError(f"is {value[:80]!r}: it must be a path below a folder")
    return value


def _sha256(value: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", value):
        raise ValueError("must be a SHA-256 of 64 hexadecimal digits")
    return value


def _finite(value: Any) -> Any:
    if isinstance(value, int | float) and abs(value) > sys.float_info.max:
        raise ValueError("is too large for a number")
    return math.inf if value == "inf" else value


def _two_sides(value: Any) -> tuple[Any, ...]:
    if type(value) not in (list, tuple) or [type(side) for side in value] != [int, int] or min(value) < 1:
        raise ValueError("must be [height, width]")
    return tuple(value)


def plain_number(value: float | None) -> float | str | None:
    """What stands in a file for a `Number`: JSON has no infinity."""
    return str(value) if value == math.inf else value


Name = Annotated[str, AfterValidator(_below)]
"""A relative path of a file below some folder."""
Hash = Annotated[str, AfterValidator(_sha256)]
Share = Annotated[float, BeforeValidator(_finite), Field(ge=0, le=1)]
"""A number in [0, 1]."""
Finite = Annotated[float, BeforeValidator(_finite)]
"""A finite number, or the string `inf`."""
Number = Annotated[float | None, BeforeValidator(_finite)]
"""A finite number, the string `inf`, or null."""
Size = Annotated[tuple[int, int], BeforeValidator(_two_sides)]
"""Height and width, in pixels."""
