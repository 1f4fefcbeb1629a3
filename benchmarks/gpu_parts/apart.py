"""Work in a process of its own that can be ended at any moment, such as amid a compilation of minutes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

Row = dict[str, Any]
"""Plain values, as JSON has them."""


class UnfinishedError(Exception):
    """Work ended before its time; the message is for people."""


def rows_of(work: Callable[..., Iterable[Row]], *arguments: Any, deadline: float) -> Iterator[Row]:
    """What `work` yields in a process of its own, whose memory, also that of a GPU, is free afterwards.

    Args:
        work: A function of a module; it and its arguments are pickled.
        *arguments: Of `work`.
        deadline: Of `time.monotonic`; the process, and those it has started, are killed then.

    Raises:
        UnfinishedError: The time was up, it failed, or it died; the rows until then have been yielded.
    """
    context = multiprocessing.get_context("spawn")  # CUDA cannot be used in a fork
    answers, answer = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(answer, work, arguments))
    process.start()
    answer.close()
    try:
        while (row := _received(answers, deadline)) is not None:
            yield row
    finally:
        _kill(process)


def _received(answers: Connection, deadline: float) -> Row | None:
    """The next row; None at the end."""
    if not answers.poll(max(0.0, deadline - time.monotonic())):
        raise UnfinishedError("time was up")
    try:
        row, failure = answers.recv()
    except EOFError:
        raise UnfinishedError("its process died") from None
    if failure:
        raise UnfinishedError(failure)
    received: Row | None = row
    return received


def _kill(process: BaseProcess) -> None:
    process.join(0.5)  # time to end by itself, if it has nothing left to say
    try:
        os.killpg(process.pid or 0, signal.SIGKILL)  # compilers have processes of their own
    except ProcessLookupError:  # none is left, or it had not come to making its group
        process.kill()
    process.join()


def _answer(pipe: Connection, work: Callable[..., Iterable[Row]], arguments: tuple[Any, ...]) -> None:
    os.setpgid(0, 0)
    try:
        for row in work(*arguments):
            pipe.send((row, ""))
    except Exception as error:
        traceback.print_exc()
        pipe.send((None, said(error)))
    else:
        pipe.send((None, ""))


def said(error: Exception) -> str:
    """An exception in one line."""
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}"[:200]
