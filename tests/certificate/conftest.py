"""Calling metric code of a test as the command line calls that of a user."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from inpaint_zoo.certificate.given import Numbers, read_numbers
from inpaint_zoo.config.allowlist import allowing


@pytest.fixture
def numbers_of() -> Iterator[Callable[[str, Callable[..., Any]], Numbers]]:
    """Numbers of a function for the corpus; it is given a name."""
    module = ModuleType("own_metric_code")
    sys.modules[module.__name__] = module

    def called(name: str, code: Callable[..., Any]) -> Numbers:
        setattr(module, name, code)
        return read_numbers(f"{module.__name__}:{name}")

    with allowing([module.__name__]):
        yield called
    del sys.modules[module.__name__]
