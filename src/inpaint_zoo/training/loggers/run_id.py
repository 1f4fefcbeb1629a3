"""Who a run is to a tracker: its id, which outlives restarts, its name and its group."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from inpaint_zoo.files.atomic import write_text

ID_FILE = "wandb_id.txt"


@dataclass(frozen=True)
class Identity:
    """What names a run."""

    title: str
    """Model and seed, `misf-seed0`."""
    sweep: str | None
    """The sweep that it is a job of; None for a run of its own."""
    job: str | None
    """Its number in the sweep."""

    def name(self, run_id: str) -> str:
        """`misf-seed0-job3` in a sweep, else `misf-seed0-` and the run's id."""
        return f"{self.title}-{run_id}" if self.job is None else f"{self.title}-job{self.job}"


def kept_id(folder: Path, in_sweep: bool) -> str:
    """The id of the run of this folder: the one in `wandb_id.txt`, else a new one, which is kept there.

    Args:
        folder: Of the run. One folder is one run, however often it is resumed.
        in_sweep: Whether the run is a job of one of our sweeps, all jobs of which see the same environment; else an
            id in `WANDB_RUN_ID`, where `wandb agent` puts it, is taken.

    Raises:
        InputError: The file cannot be written.
    """
    path = folder / ID_FILE
    kept = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    if kept:
        return kept
    given = None if in_sweep else os.environ.get("WANDB_RUN_ID")
    # from the operating system: the generators of the training are left alone
    new = given or secrets.token_hex(4)
    write_text(path, new + "\n")
    return new
