"""Run one job of a sweep, in this process or another; its failure is reported in one line and ends no other job."""

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
from inpaint_zoo.jobs.sweep.plan import Job, OtherTrainingError, check_folder
from inpaint_zoo.runtime.ranks import is_first_process
from inpaint_zoo.runtime.streams import replace_unknown_letters
from inpaint_zoo.training.runs.failure import failure_reason, locked_run, write_failure
from inpaint_zoo.training.runs.lock import FolderInUseError
from inpaint_zoo.training.runs.status import has_checkpoint

LOGS = "logs"
"""Folder in the folder of a sweep: the output of jobs in other processes, and how long jobs have taken."""
TRACEBACK = "traceback.txt"
BUG, BAD_INPUT = 1, 2


@dataclass(frozen=True)
class End:
    """How a job ended."""

    value: float | None = None
    """Its return value: for a training, the best validation."""
    code: int = 0
    """The exit code that it would have as a separate command."""
    stopped: str = ""
    """What stopped it; empty if nothing did."""


@dataclass(frozen=True)
class SweptTask:
    """What a sweeper calls with the configuration of each job; restores `os.environ` after each."""

    task: Callable[[DictConfig], object]
    debug: bool = False
    """Whether to show the tracebacks of failed jobs."""

    def __call__(self, config: DictConfig) -> object:
        """Run the task; returns the value that a sweeper may optimise."""
        # imports torch, which not every verb needs
        from inpaint_zoo.runtime.memory import free_memory  # noqa: PLC0415
        from inpaint_zoo.runtime.processes import restored_environment  # noqa: PLC0415

        free_memory()
        with restored_environment():
            return self.task(config)


@dataclass
class JobTask:
    """What a launcher of Hydra calls for our sweeper, with the configuration of each job."""

    task: SweptTask
    folder: Path
    """The folder of the sweep."""
    jobs: Mapping[str, Job]
    """All jobs of the sweep, by their folders."""
    process: int = field(default_factory=os.getpid)
    """The process that the sweep was started in."""

    def __call__(self, config: DictConfig) -> End:
        """Run a job; its errors are reported here and never reach the launcher."""
        job = self.jobs[str(output_dir())]
        replace_unknown_letters()  # a launcher may have started this process
        if _stopped_here:
            return End(stopped=_stopped_here[0])
        try:
            with locked_run(job.folder) if job.trains else contextlib.nullcontext():
                return self._held(job, config)
        except FolderInUseError:
            self._print(job, f" is at work in another process: {job.title}")
            return End()
        except (Stopped, KeyboardInterrupt) as stop:
            if os.getpid() == self.process:
                raise
            return self._stopped(stop)
        except Exception as error:
            return self._failed(job, error)

    def _held(self, job: Job, config: DictConfig) -> End:
        """Run a job that no other process can run now; another start of the sweep may have done so before."""
        if job.trains:
            check_folder(job.folder, config)
            if job.is_finished:
                self._print(job, f" was finished by another process: {job.title}")
                return End()
            if "ckpt_path" in config and config.ckpt_path is None and has_checkpoint(job.folder):
                config.ckpt_path = "last"
        self._print(job, f": {job.title}")
        started = time.monotonic()
        try:
            with self._redirected(job):
                value = self._run(job, config)
        finally:
            add_seconds(self.folder, job.number, time.monotonic() - started)
        score = f": {value:.4g}" if isinstance(value, float) else ""
        self._print(job, f" finished{score}")
        return End(value if isinstance(value, float) else None)

    def _run(self, job: Job, config: DictConfig) -> object:
        node: Any = HydraConfig.get()  # declared as a dataclass, but really a node
        with read_write(node):
            node.job.num = job.number  # launchers number the jobs that they start, not those of the sweep
        return self.task(config)

    def _failed(self, job: Job, error: Exception) -> End:
        is_bug = explain(error) is None
        if not isinstance(error, OtherTrainingError):
            write_failure(job.folder, error)
        if is_bug and is_first_process():
            with contextlib.suppress(Exception):  # the line below is printed in any case
                write_text(job.folder / TRACEBACK, "".join(traceback.format_exception(error)))
        if self.task.debug:
            traceback.print_exception(error)
        where = f" (its traceback: {job.folder / TRACEBACK})" if is_bug else ""
        self._print(job, f" failed: {failure_reason(error)}{where}", to_stderr=True)
        return End(code=BUG if is_bug else BAD_INPUT)

    def _stopped(self, stop: BaseException) -> End:
        _stopped_here.append(str(stop) or "interrupted")
        code = 128 + (stop.signum if isinstance(stop, Stopped) else signal.SIGINT)
        return End(code=code, stopped=_stopped_here[0])

    def _print(self, job: Job, text: str, to_stderr: bool = False) -> None:
        if is_first_process() and (to_stderr or len(self.jobs) > 1):
            sys.stdout.flush()
            name = f"job {job.number + 1} of {len(self.jobs)}"
            print(f"{name}{text}", file=sys.stderr if to_stderr else sys.stdout, flush=True)

    def _redirected(self, job: Job) -> contextlib.AbstractContextManager[None]:
        """Write the output of jobs in other processes to files: in one terminal, their lines would mix."""
        if os.getpid() == self.process:
            return contextlib.nullcontext()
        return _output_to(self.folder / LOGS / f"{job.number}.txt")


_stopped_here: list[str] = []
"""Why this process, which a launcher uses for several jobs, starts no more of them; empty if it may."""


@contextlib.contextmanager
def _output_to(path: Path) -> Iterator[None]:
    """Redirect the output of this process and its child processes to a file."""
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
    """How long a job of a sweep has taken, over all its starts; None if that is unknown."""
    try:
        return float(json.loads((folder / LOGS / f"{number}.json").read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def add_seconds(folder: Path, number: int, seconds: float) -> None:
    """Add the time that one start of a job has taken."""
    if is_first_process():
        total = (read_seconds(folder, number) or 0.0) + seconds
        with contextlib.suppress(Exception):  # it only serves the table
            write_text(folder / LOGS / f"{number}.json", json.dumps({"seconds": round(total, 3)}) + "\n")
