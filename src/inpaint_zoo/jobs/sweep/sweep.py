"""Run the unfinished jobs of a sweep, and report on all of them."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from types import FrameType

from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import HydraContext
from omegaconf import DictConfig

from inpaint_zoo.config.overrides import quote
from inpaint_zoo.errors import Stopped
from inpaint_zoo.files.atomic import make_folder
from inpaint_zoo.jobs.sweep.job import BAD_INPUT, BUG, End, JobTask, SweptTask
from inpaint_zoo.jobs.sweep.outcome import outcomes_of
from inpaint_zoo.jobs.sweep.plan import Job, Plan, plan_sweep
from inpaint_zoo.jobs.sweep.table import show, write_tables
from inpaint_zoo.runtime.ranks import is_first_process
from inpaint_zoo.training.runs.lock import FolderInUseError, in_turn, run_lock

_IN_THIS_PROCESS = "basic"
"""Hydra's name for the launcher that runs one job after the other in the process of the sweep."""


def run_sweep(
    context: HydraContext, master: DictConfig, task: SweptTask, overrides: Sequence[str], max_batch_size: int | None
) -> End:
    """Run a sweep.

    Args:
        context: Hydra's context, which composes configurations.
        master: The configuration of the command.
        task: Called with the configuration of each job.
        overrides: The overrides of the command line.
        max_batch_size: How many jobs the launcher gets at a time; None: all.

    Returns:
        The end of the worst job, by its exit code: 1 for a bug, 2 for an input error, 0 if all jobs succeeded.

    Raises:
        InputError: A job cannot be run; no job was started.
        Stopped: A signal ended the sweep.
    """
    plan = plan_sweep(context.config_loader, master, overrides)
    waiting = [job for job in plan.jobs if not job.is_finished]
    for job in plan.jobs:
        if job.is_finished:
            _print(f"job {job.number + 1} of {len(plan.jobs)} is already finished: {job.title}")
    make_folder(plan.folder)
    ends: list[End] = []
    try:
        with _deferred_interrupt(plan.master):
            by_folder = {str(job.folder): job for job in plan.jobs}
            ends = _launch(context, plan, waiting, JobTask(task, plan.folder, by_folder), max_batch_size)
    except (Stopped, KeyboardInterrupt) as stop:
        raise _stopped(plan, stop) from None
    finally:
        _remove_empty_folders(plan)
        if plan.jobs[0].trains and is_first_process():
            # whoever ends the last job knows all of them, and must not be written over by one who looked before
            with in_turn(plan.folder):
                write_tables(plan.folder, outcomes_of(plan.folder, plan.jobs))
    for end in ends:
        if end.stopped:
            raise _stopped(plan, Stopped(end.stopped, end.code - 128))
    if is_first_process() and plan.jobs[0].trains:
        show(outcomes_of(plan.folder, plan.jobs))
        _print(f"sweep folder: {plan.folder}")
    return max(ends, key=lambda end: _SEVERITY.get(end.code, 2), default=End())


_SEVERITY = {0: 0, BAD_INPUT: 1, BUG: 2}


def _launch(
    context: HydraContext, plan: Plan, jobs: Sequence[Job], task: JobTask, max_batch_size: int | None
) -> list[End]:
    """Run the jobs with the launcher that the configuration names."""
    launcher = Plugins.instance().instantiate_launcher(hydra_context=context, task_function=task, config=plan.master)
    below = [quote(str(job.folder.relative_to(plan.folder))) for job in jobs]
    overrides = [[*job.overrides, f"hydra.sweep.subdir={path}"] for job, path in zip(jobs, below, strict=True)]
    size = max_batch_size or len(jobs) or 1
    ends: list[End] = []
    for first in range(0, len(jobs), size):
        for done in launcher.launch(overrides[first : first + size], initial_job_idx=first):
            ends.append(_end(done))
    return ends


def _end(done: JobReturn) -> End:
    """What a job returned; the launcher of another machine may have lost it."""
    value = done.return_value if done.status is JobStatus.COMPLETED else None
    return value if isinstance(value, End) else End(code=BUG)


def _stopped(plan: Plan, stop: BaseException) -> Stopped:
    finished = sum(job.is_finished for job in plan.jobs)
    done = f"{finished} of {len(plan.jobs)} jobs are finished, " if plan.jobs[0].trains else ""
    signum = stop.signum if isinstance(stop, Stopped) else signal.SIGINT
    how = f"resume with the same command and run_dir={plan.folder}" if plan.jobs[0].trains else "start it again"
    return Stopped(f"the sweep was stopped by {signal.Signals(signum).name}: {done}{how}", signum)


def _print(line: str) -> None:
    if is_first_process():
        print(line, flush=True)


def _remove_empty_folders(plan: Plan) -> None:
    """Remove the folders of jobs that wrote nothing, and those of verbs that write elsewhere."""
    logs = plan.folder / "logs"
    if not plan.jobs[0].trains and logs.is_dir():
        for path in logs.glob("*.json"):
            path.unlink()
    for folder in [*(job.folder for job in plan.jobs), logs, plan.folder]:
        with contextlib.suppress(OSError, FolderInUseError), run_lock(folder):
            folder.rmdir()


@contextlib.contextmanager
def _deferred_interrupt(master: DictConfig) -> Iterator[None]:
    """If jobs run in other processes, wait at Ctrl-C until they have saved: the signal reaches them as well.

    A second Ctrl-C ends the sweep at once.
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
