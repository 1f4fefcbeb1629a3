"""Run the jobs of a sweep that are not finished, and tell about all of them."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType

from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import HydraContext
from omegaconf import DictConfig

from inpaint_zoo.config.overrides import quote
from inpaint_zoo.errors import InputError, Stopped
from inpaint_zoo.jobs.sweep.job import BAD_INPUT, BUG, End, JobTask, SweptTask
from inpaint_zoo.jobs.sweep.outcome import outcomes_of
from inpaint_zoo.jobs.sweep.plan import Job, Plan, plan_sweep
from inpaint_zoo.jobs.sweep.table import show, write_tables
from inpaint_zoo.runtime.processes import is_first_process

_IN_THIS_PROCESS = "basic"
"""Hydra's name of the launcher that runs one job after the other where the sweep was started."""


def run_sweep(
    context: HydraContext, master: DictConfig, task: SweptTask, overrides: Sequence[str], max_batch_size: int | None
) -> End:
    """Run a sweep.

    Args:
        context: Composes configurations.
        master: Configuration of the command.
        task: Called with the configuration of each job.
        overrides: Of the command line.
        max_batch_size: How many jobs the launcher is handed at a time; None: all.

    Returns:
        How the worst job ended, by its exit code: 1 for a bug, 2 for a mistake of the user, 0 when all went well.

    Raises:
        InputError: A job cannot run; none has then.
        Stopped: A signal ended the sweep.
    """
    plan = plan_sweep(context.config_loader, master, overrides)
    waiting = [job for job in plan.jobs if not job.is_finished]
    for job in plan.jobs:
        if job.is_finished:
            _say(f"job {job.number + 1} of {len(plan.jobs)} is finished already: {job.title}")
    _make(plan.folder)
    ends: list[End] = []
    try:
        with _patient(plan.master):
            ends = _launch(context, plan, waiting, JobTask(task, plan.folder, _by_folder(plan)), max_batch_size)
    except (Stopped, KeyboardInterrupt) as stop:
        raise _stopped(plan, stop) from None
    finally:
        _remove_empty_folders(plan)
        if plan.jobs[0].trains and is_first_process():
            write_tables(plan.folder, outcomes_of(plan.folder, plan.jobs))
    for end in ends:
        if end.stopped:
            raise _stopped(plan, Stopped(end.stopped, end.code - 128))
    _tell(plan)
    return max(ends, key=lambda end: _SEVERITY.get(end.code, 2), default=End())


_SEVERITY = {0: 0, BAD_INPUT: 1, BUG: 2}


def _launch(
    context: HydraContext, plan: Plan, jobs: Sequence[Job], task: JobTask, max_batch_size: int | None
) -> list[End]:
    """Hand the jobs to the launcher that the configuration names."""
    launcher = Plugins.instance().instantiate_launcher(hydra_context=context, task_function=task, config=plan.master)
    overrides = [[*job.overrides, f"hydra.sweep.subdir={quote(_below(job.folder, plan.folder))}"] for job in jobs]
    size = max_batch_size or len(jobs) or 1
    ends: list[End] = []
    for first in range(0, len(jobs), size):
        for done in launcher.launch(overrides[first : first + size], initial_job_idx=first):
            ends.append(_end(done))
    return ends


def _end(done: JobReturn) -> End:
    """What a job returned; a launcher of another machine may have lost it."""
    value = done.return_value if done.status is JobStatus.COMPLETED else None
    return value if isinstance(value, End) else End(code=BUG)


def _below(folder: Path, root: Path) -> str:
    return str(folder.relative_to(root))


def _by_folder(plan: Plan) -> dict[str, Job]:
    return {str(job.folder): job for job in plan.jobs}


def _stopped(plan: Plan, stop: BaseException) -> Stopped:
    finished = sum(job.is_finished for job in plan.jobs)
    done = f"{finished} of {len(plan.jobs)} jobs are finished, " if plan.jobs[0].trains else ""
    signum = stop.signum if isinstance(stop, Stopped) else signal.SIGINT
    how = f"run_dir={plan.folder} and otherwise the same command go on" if plan.jobs[0].trains else "start it again"
    return Stopped(f"the sweep was stopped by {signal.Signals(signum).name}: {done}{how}", signum)


def _tell(plan: Plan) -> None:
    if is_first_process() and plan.jobs[0].trains:
        show(outcomes_of(plan.folder, plan.jobs))
        _say(f"sweep folder: {plan.folder}")


def _say(line: str) -> None:
    if is_first_process():
        print(line, flush=True)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from error


def _remove_empty_folders(plan: Plan) -> None:
    """Of jobs that left nothing, and of verbs that write elsewhere."""
    logs = plan.folder / "logs"
    if not plan.jobs[0].trains and logs.is_dir():
        for path in logs.glob("*.json"):
            path.unlink()
    for folder in [*(job.folder for job in plan.jobs), logs, plan.folder]:
        with contextlib.suppress(OSError):
            folder.rmdir()


@contextlib.contextmanager
def _patient(master: DictConfig) -> Iterator[None]:
    """Where jobs run in processes of their own, let them save at Ctrl-C, which reaches them as well.

    A second one ends the sweep at once.
    """
    in_this_process = master.hydra.runtime.choices["hydra/launcher"] == _IN_THIS_PROCESS
    if in_this_process or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)

    def first(signum: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("waiting for the running jobs to save; Ctrl-C again: at once", file=sys.stderr, flush=True)

    signal.signal(signal.SIGINT, first)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
