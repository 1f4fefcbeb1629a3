"""Peak memory of one call in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch

from inpaint_zoo.benchmark.subject import Call, Case, forward_call, step_call

STEP_BATCH_SIZES = (2, 4)
_SIGKILL = 9  # Windows has neither the signal nor its name
_STATUS = Path("/proc/self/status")

CALLS: Mapping[str, Callable[[Case], Call]] = {
    "forward": lambda case: forward_call(case.create_network(), case),
    "step": lambda case: step_call(case.create_module(), case),
}


@dataclass(frozen=True)
class Memory:
    """Peak resident sets of fresh processes in MB (10^6 bytes), libraries and weights included.

    None where it was not measured, or where the machine had not enough.
    """

    forward: float | None
    steps: tuple[float | None, ...]
    """Of one train step at each of `STEP_BATCH_SIZES`; empty where steps were not asked for."""

    @property
    def per_image(self) -> float | None:
        """What one more image adds to a train step."""
        if not self.steps or self.steps[0] is None or self.steps[1] is None:
            return None
        return (self.steps[1] - self.steps[0]) / (STEP_BATCH_SIZES[1] - STEP_BATCH_SIZES[0])


def measure_memory(case: Case, steps: bool) -> Memory:
    """Run a forward pass, and train steps at batch 2 and 4, each in a process of its own.

    Raises:
        RuntimeError: Such a process failed for another reason than a lack of memory.
    """
    sizes = STEP_BATCH_SIZES if steps else ()
    return Memory(
        peak_in_fresh_process(case, "forward"),
        tuple(peak_in_fresh_process(replace(case, batch_size=size), "step") for size in sizes),
    )


def peak_in_fresh_process(case: Case, name: str) -> float | None:
    """Peak memory in MB of `forward` or `step`, with as many threads as here; None if the machine had not enough."""
    return peak_of(partial(_call, case, name), case.model)


def peak_of(call: partial[Any], what: str) -> float | None:
    """The peak in MB of a process of its own that makes `call`; None if it is not known, or memory was short.

    Raises:
        RuntimeError: It failed for another reason; the message names `what` was measured.
    """
    # a server that has imported the libraries once; each process forks from it, so that none has seen another's peak
    fresh: Any = multiprocessing.get_context("forkserver" if hasattr(os, "fork") else "spawn")
    fresh.set_forkserver_preload([__name__, call.func.__module__])
    answers, answer = fresh.Pipe(duplex=False)
    process = fresh.Process(target=_answer, args=(answer, call, torch.get_num_threads()))
    process.start()
    answer.close()
    try:
        peak, error = answers.recv()
    except EOFError:
        peak, error = None, "it ended without an answer"
    process.join()
    if process.exitcode == -_SIGKILL or "can't allocate memory" in error:
        return None
    if error:
        raise RuntimeError(f"measuring the memory of {what} failed:\n{error}")
    return None if peak is None else float(peak)


def _answer(pipe: Connection, call: Callable[[], object], threads: int) -> None:
    """Make the call and send the peak in MB with an empty string, or nothing with what went wrong."""
    torch.set_num_threads(threads)
    try:
        call()
    except Exception:
        pipe.send((None, traceback.format_exc()))
    else:
        pipe.send((peak_here(), ""))


def _call(case: Case, name: str) -> None:
    CALLS[name](case)()


def peak_here() -> float | None:
    """The largest resident set that this process ever had, in MB; None where the system does not tell (Windows)."""
    if _STATUS.exists():
        # getrusage would do, but for Linux counting in what the parent had when it started this process
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024 / 1e6
    try:
        import resource  # noqa: PLC0415
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6
