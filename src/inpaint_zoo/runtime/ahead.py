"""Work in a thread while this one does something else, in the order of the items."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


def ahead(function: Callable[[S], T], items: Iterable[S]) -> Generator[T, None, None]:
    """Yield `function(item)` for each item, in order; that of the next item is computed while one is used.

    The items are taken in this thread, so that `ahead` around `ahead` is a pipeline: the items of the outer one are
    made here, from what the inner one yields. To be closed where it is not used to its end: the thread ends with it.

    Args:
        function: Called in one thread, for one item at a time.
        items: Taken one ahead of what is yielded.
    """
    with ThreadPoolExecutor(max_workers=1) as thread:
        waiting: Future[T] | None = None
        for item in items:
            computed = thread.submit(function, item)
            if waiting is not None:
                yield waiting.result()
            waiting = computed
        if waiting is not None:
            yield waiting.result()
