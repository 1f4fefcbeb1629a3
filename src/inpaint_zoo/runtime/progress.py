"""Progress of a long loop: a bar in a terminal, a line every 20 seconds elsewhere."""

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
    """Yield `items` and show on stderr how many of them are done.

    Args:
        items: The items of the loop.
        total: Number of items.
        what: What they are, such as `images`.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(items, description=what, total=total, console=console)
        return
    printed = time.monotonic()
    for number, item in enumerate(items, start=1):
        yield item
        if time.monotonic() - printed > SECONDS_BETWEEN_LINES:
            printed = time.monotonic()
            print(f"{what}: {number} of {total}", file=sys.stderr, flush=True)
