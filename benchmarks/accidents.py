"""What happens to a command in `chaos.py`, and how it is undone."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np


class Place(NamedTuple):
    """Where everything lies."""

    images: Path
    disk: Path
    """A small file system of its own, if it could be mounted."""
    log: Path


class Run(NamedTuple):
    """A command that is at work."""

    process: Any
    place: Place


Accident = Callable[[Run, np.random.Generator], Callable[[], object]]
"""Takes something away; returns what puts it back."""


def processes(session: int) -> list[int]:
    """The processes of a session that are alive."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, _, own = path.read_text().rpartition(")")[2].split()[:4]
            if int(own) == session and state != "Z":
                found.append(int(path.parent.name))
    return found


def _kill(signum: signal.Signals) -> Accident:
    def happen(run: Run, _: np.random.Generator) -> Callable[[], object]:
        os.kill(run.process.pid, signum)
        return lambda: None

    return happen


def _kill_one(run: Run, rng: np.random.Generator) -> Callable[[], object]:
    """One of the processes of a training: the other one, once it is there."""
    end = time.monotonic() + 60
    while run.process.is_alive() and time.monotonic() < end:
        others = [pid for pid in processes(run.process.pid) if pid != run.process.pid]
        if others:
            run.process.join(rng.uniform(0, 12))  # it imports for some seconds before it takes part
            with contextlib.suppress(ProcessLookupError):
                os.kill(others[0], signal.SIGKILL)
            break
        time.sleep(0.05)
    return lambda: None


def _fill_disk(run: Run, _: np.random.Generator) -> Callable[[], object]:
    ballast = run.place.disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    return ballast.unlink


def _take_away(run: Run, rng: np.random.Generator) -> Callable[[], object]:
    """All images with their folder, or the end of one; a training that begins without one of them is another one."""
    images = run.place.images
    every = sorted(images.rglob("*.png"))
    path = images if rng.random() < 0.5 else every[rng.integers(len(every))]
    away = path.with_name(f"away_{path.stem}")
    path.rename(away)
    if path != images:
        path.write_bytes(away.read_bytes()[:60])
    return lambda: away.replace(path)


ACCIDENTS = {
    "killed": _kill(signal.SIGKILL),
    "SIGTERM": _kill(signal.SIGTERM),
    "one of two killed": _kill_one,
    "disk full": _fill_disk,
    "images unreadable": _take_away,
}
