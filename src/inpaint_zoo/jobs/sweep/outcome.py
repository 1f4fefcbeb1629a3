"""The outcomes of the jobs of a sweep, read from their run folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inpaint_zoo.jobs.sweep.job import read_seconds
from inpaint_zoo.jobs.sweep.plan import Job
from inpaint_zoo.training.monitor import Monitor
from inpaint_zoo.training.runs.status import read_run


@dataclass(frozen=True)
class Outcome:
    """The outcome of a job or trial: one row of the table."""

    number: int
    varied: Mapping[str, str]
    state: str
    monitor: Monitor
    best: float | None
    """Best value of the monitored metric."""
    step: int | None
    """Number of optimizer steps."""
    seconds: float | None
    """Time that it has taken, over all its starts."""
    remark: str
    """Why it failed."""


def outcomes_of(folder: Path, jobs: Sequence[Job]) -> list[Outcome]:
    """The rows of the table of a sweep.

    Args:
        folder: The folder of the sweep.
        jobs: All jobs of the sweep.
    """
    outcomes = []
    for job in jobs:
        run, seconds = read_run(job.folder), read_seconds(folder, job.number)
        outcomes.append(
            Outcome(job.number, job.varied, run.state, run.monitor, run.best, run.step, seconds, run.remark)
        )
    return outcomes
