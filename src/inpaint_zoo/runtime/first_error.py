"""The first error among processes that work together: all of them end with it, instead of with a lost connection."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator

import torch.distributed as dist
from torch._C._distributed_c10d import Store  # torch.distributed has it, too, but not for type checkers

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.refusals import machine_refusal

LOOK_EVERY = 0.5
"""Seconds between two looks at whether another process has failed."""
PATIENCE = 5.0
"""Seconds in which the others may learn why a process ends."""
_KEY = "reason"


def connection_error(error: BaseException) -> str | None:
    """The message for an error of the connection to other processes; None for any other error."""
    first_line = str(error).partition("\n")[0]
    about_gloo = "gloo" in first_line or "Connection closed by peer" in first_line
    if isinstance(error, dist.DistError) or (isinstance(error, RuntimeError) and about_gloo):
        # without the place in torch's source before the message and the guesses after it
        said = re.sub(r"^\[[^]]*:\d+\] *", "", first_line).partition(". ")[0]
        return f"the connection to another process is lost ({said[:160]})"
    return None


class FirstError:
    """Tells the first error of any process to all of them, through a store that they share.

    Args:
        store: Shared by the processes, and used for nothing else.
        rank: Of this process.
        size: Number of processes.
        end: Called with one line, in a thread, when another process has failed: the main thread may never return.
    """

    def __init__(self, store: Store, rank: int, size: int, end: Callable[[str], None] | None = None) -> None:
        self.store, self.rank, self.size = store, rank, size
        self.end = end or _end
        self._done = threading.Event()

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """Run the body, in which this process works with the others.

        Raises:
            InputError: Another process has failed before this one; the message is its own.
        """
        watcher = threading.Thread(target=self._watch, daemon=True)
        watcher.start()
        try:
            yield
        except Exception as error:
            self._done.set()
            watcher.join()
            lost = connection_error(error)
            if lost is not None:
                raise InputError(self._wait_for_reason() or lost) from error
            self._tell(error)
            raise
        finally:
            self._done.set()
        watcher.join()

    def _tell(self, error: Exception) -> None:
        reason = str(error) if isinstance(error, InputError) else machine_refusal(error)
        first_line = str(error).partition("\n")[0]
        with contextlib.suppress(dist.DistError, RuntimeError):  # the process of the store has ended before
            told = reason or f"process {self.rank} of {self.size} failed: {type(error).__name__}: {first_line}"
            self.store.compare_set(_KEY, "", told)
            # the store may end with this process
            deadline = time.monotonic() + PATIENCE
            while self.store.add("heard", 0) < self.size - 1 and time.monotonic() < deadline:
                time.sleep(0.05)

    def _reason(self) -> str | None:
        if not self.store.check([_KEY]):
            return None
        self.store.add("heard", 1)
        return str(self.store.get(_KEY).decode(errors="replace"))

    def _wait_for_reason(self) -> str | None:
        deadline = time.monotonic() + PATIENCE
        with contextlib.suppress(dist.DistError, RuntimeError):
            while time.monotonic() < deadline:
                reason = self._reason()
                if reason is not None:
                    return reason
                time.sleep(0.05)
        return None

    def _watch(self) -> None:
        with contextlib.suppress(dist.DistError, RuntimeError):  # the main thread will notice what is lost
            while not self._done.wait(LOOK_EVERY):
                reason = self._reason()
                if reason is not None:
                    self.end(reason)
                    return


def _end(reason: str) -> None:
    shown = "\033[?25h" if sys.stderr.isatty() else ""  # the progress bar has hidden the cursor
    print(f"{shown}inpaint-zoo: error: {reason}", file=sys.stderr, flush=True)
    os._exit(2)
