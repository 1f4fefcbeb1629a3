"""Reading JSON files that others wrote: a mistake in one is an error of one line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from inpaint_zoo.errors import InputError


def read_json(path: Path, most_bytes: int) -> Any:
    """Read a JSON file of at most `most_bytes`; `NaN`, `Infinity` and repeated keys are refused.

    Raises:
        InputError: The file is missing, not a regular file, too large, or damaged.
    """
    try:
        # reading a device or a pipe might never end
        size = path.stat().st_size if path.is_file() else None
        data = b"" if size is None or size > most_bytes else path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r} ({error.strerror or error})") from error
    if size is None:
        raise InputError(f"{str(path)!r} {'is not a file' if path.exists() else 'does not exist'}")
    if size > most_bytes:
        raise InputError(f"{str(path)!r} has {size} bytes, more than the {most_bytes} that are read")
    try:
        return json.loads(data, parse_constant=_refuse_constant, object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:  # wrong syntax, no UTF-8, endless digits, endless nesting
        reason = " ".join(str(error).split())
        raise InputError(f"{str(path)!r} is damaged, it cannot be read as JSON ({reason})") from error


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number of JSON")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is there twice")
    return values
