"""What has become of the jobs of a sweep, as their folders tell."""

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
    """One row of the table of a sweep or of a search."""

    number: int
    varied: Mapping[str, str]
    state: str
    monitor: Monitor
    best: float | None
    """Best validation, of what is monitored."""
    step: int | None
    """Optimizer steps that were taken."""
    seconds: float | None
    """Time that it has taken, in all its attempts."""
    remark: str
    """Why it failed."""


def outcomes_of(folder: Path, jobs: Sequence[Job]) -> list[Outcome]:
    """The rows of the table of a sweep.

    Args:
        folder: Of the sweep.
        jobs: All of them.
    """
    return [_outcome(folder, job) for job in jobs]


def _outcome(folder: Path, job: Job) -> Outcome:
    run = read_run(job.folder)
    seconds = read_seconds(folder, job.number)
    return Outcome(job.number, job.varied, run.state, run.monitor, run.best, run.step, seconds, run.remark)
