"""Progress of a long pass: a bar in a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import track

T = TypeVar("T")

SECONDS_BETWEEN_LINES = 20.0


def tracked(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Hand on `items` while saying on stderr how many of `total` are done.

    Args:
        items: To go through.
        total: How many there are.
        what: What they are, such as `images`.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(items, description=what, total=total, console=console)
        return
    said = time.monotonic()
    for number, item in enumerate(items, start=1):
        yield item
        if time.monotonic() - said > SECONDS_BETWEEN_LINES:
            said = time.monotonic()
            print(f"{what}: {number} of {total}", file=sys.stderr, flush=True)
