"""One job of a sweep, in this process or in another one: it fails for itself, and says in one line how it ended."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, read_write

from inpaint_zoo.config.compose import output_dir
from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.errors import Stopped
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.jobs.sweep.plan import Job
from inpaint_zoo.runtime.processes import is_first_process
from inpaint_zoo.training.runs.failure import failure_reason, locked_run, write_failure

LOGS = "logs"
"""Folder in that of a sweep: what jobs in other processes print, and how long jobs have taken."""
TRACEBACK = "traceback.txt"
BUG, BAD_INPUT = 1, 2


@dataclass(frozen=True)
class End:
    """How a job ended."""

    value: float | None = None
    """What it returned: of a training, its best validation."""
    code: int = 0
    """Its exit code, had it been a command of its own."""
    stopped: str = ""
    """By what, where it was told to stop."""


@dataclass(frozen=True)
class SweptTask:
    """What any sweeper calls for each job, with its configuration: the job has `os.environ` to itself."""

    task: Callable[[DictConfig], object]
    debug: bool = False
    """Whether to show the tracebacks of jobs that fail."""

    def __call__(self, config: DictConfig) -> object:
        """Return what a sweeper may optimise."""
        # imports torch, which not every verb needs
        from inpaint_zoo.runtime.processes import restored_environment  # noqa: PLC0415

        with restored_environment():
            return self.task(config)


@dataclass
class JobTask:
    """What our sweeper lets a launcher of Hydra call for each job, with its configuration."""

    task: SweptTask
    folder: Path
    """Of the sweep."""
    jobs: Mapping[str, Job]
    """All jobs of the sweep by their folders."""
    process: int = field(default_factory=os.getpid)
    """The process that the sweep was started in."""

    def __call__(self, config: DictConfig) -> End:
        """Run a job. Whatever goes wrong is told here, and is no error for the launcher."""
        job = self.jobs[str(output_dir())]
        if _stopped_here:
            return End(stopped=_stopped_here[0])
        self._say(job, f": {job.title}")
        started = time.monotonic()
        try:
            with self._own_output(job):
                value = self._attempt(job, config)
        except (Stopped, KeyboardInterrupt) as stop:
            if os.getpid() == self.process:
                raise
            return self._stopped(stop)
        except Exception as error:
            return self._failed(job, error)
        finally:
            add_seconds(self.folder, job.number, time.monotonic() - started)
        score = f": {value:.4g}" if isinstance(value, float) else ""
        self._say(job, f" finished{score}")
        return End(value if isinstance(value, float) else None)

    def _attempt(self, job: Job, config: DictConfig) -> object:
        node: Any = HydraConfig.get()  # declared as a dataclass, in truth a node
        with read_write(node):
            node.job.num = job.number  # launchers count the jobs that they start, not those of the sweep
        with locked_run(job.folder) if job.trains else contextlib.nullcontext():
            return self.task(config)

    def _failed(self, job: Job, error: Exception) -> End:
        is_bug = explain(error) is None
        write_failure(job.folder, error)
        if is_bug and is_first_process():
            with contextlib.suppress(Exception):  # the line below is told in any case
                write_text(job.folder / TRACEBACK, "".join(traceback.format_exception(error)))
        if self.task.debug:
            traceback.print_exception(error)
        where = f" (its traceback: {job.folder / TRACEBACK})" if is_bug else ""
        self._say(job, f" failed: {failure_reason(error)}{where}", to_stderr=True)
        return End(code=BUG if is_bug else BAD_INPUT)

    def _stopped(self, stop: BaseException) -> End:
        _stopped_here.append(str(stop) or "interrupted")
        code = 128 + (stop.signum if isinstance(stop, Stopped) else signal.SIGINT)
        return End(code=code, stopped=_stopped_here[0])

    def _say(self, job: Job, text: str, to_stderr: bool = False) -> None:
        if is_first_process() and (to_stderr or len(self.jobs) > 1):
            sys.stdout.flush()
            name = f"job {job.number + 1} of {len(self.jobs)}"
            print(f"{name}{text}", file=sys.stderr if to_stderr else sys.stdout, flush=True)

    def _own_output(self, job: Job) -> contextlib.AbstractContextManager[None]:
        """Jobs side by side would write through each other in one terminal."""
        if os.getpid() == self.process:
            return contextlib.nullcontext()
        return _output_to(self.folder / LOGS / f"{job.number}.txt")


_stopped_here: list[str] = []
"""Why this process, which a launcher uses for one job after the other, begins no more jobs."""


@contextlib.contextmanager
def _output_to(path: Path) -> Iterator[None]:
    """Send what this process and those that it starts print to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = [os.dup(handle) for handle in (1, 2)]
    try:
        with path.open("a", encoding="utf-8") as file:
            for handle in (1, 2):
                os.dup2(file.fileno(), handle)
            yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        for handle, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, handle)
            os.close(copy)


def read_seconds(folder: Path, number: int) -> float | None:
    """How long a job of a sweep has taken, in all its attempts; None where that is not known."""
    try:
        return float(json.loads((folder / LOGS / f"{number}.json").read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def add_seconds(folder: Path, number: int, seconds: float) -> None:
    """Write down how long an attempt at a job has taken."""
    if is_first_process():
        total = (read_seconds(folder, number) or 0.0) + seconds
        with contextlib.suppress(Exception):  # of no other use than in the table
            write_text(folder / LOGS / f"{number}.json", json.dumps({"seconds": round(total, 3)}) + "\n")
