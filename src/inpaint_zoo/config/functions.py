"""Functions that a user names on the command line, `package.module:function`."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from inpaint_zoo.config.allowlist import FUNCTION, OPTION, is_extension
from inpaint_zoo.errors import InputError


def is_function(value: str) -> bool:
    """Whether a value names a function, `package.module:name`."""
    return FUNCTION.fullmatch(value) is not None


def imported_function(name: str) -> tuple[Callable[..., Any], Any]:
    """The function of a name `package.module:function`, and its module; modules in the current folder are found, too.

    Raises:
        InputError: Nobody has allowed it, it cannot be imported, or is no function.
    """
    home, _, function = name.partition(":")
    if not is_extension(f"{home}.{function}"):
        raise InputError(f"{name} would run code: name it on the command line, or add {OPTION}=[{home}] to it")
    try:
        with _current_folder():
            module = found = importlib.import_module(home)
            for part in function.split("."):
                found = getattr(found, part)
    except Exception as error:  # modules may raise anything
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise InputError(f"{name} cannot be imported ({reason}); --debug shows where") from error
    if not callable(found):
        raise InputError(f"{name} is no function, but {type(found).__name__}")
    return found, module


@contextmanager
def _current_folder() -> Iterator[None]:
    """Let modules of the current folder be found, behind all others."""
    folder = os.getcwd()  # noqa: PTH109 - a text, as in sys.path
    sys.path.append(folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
