"""How a run is identified in W&B: its id, which survives restarts, its name and its group."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from inpaint_zoo.files.atomic import write_text

ID_FILE = "wandb_id.txt"


@dataclass(frozen=True)
class RunIdentity:
    """Model, seed and, in a sweep, the job of a run; its name is made of them."""

    title: str
    """Model and seed: `misf-seed0`."""
    sweep: str | None
    """The sweep that the run is a job of; None without a sweep."""
    job: str | None
    """Number of the job in the sweep."""

    def name(self, run_id: str) -> str:
        """`misf-seed0-job3` in a sweep, otherwise `misf-seed0-` and the id of the run."""
        return f"{self.title}-{run_id}" if self.job is None else f"{self.title}-job{self.job}"


def stored_run_id(folder: Path, in_sweep: bool) -> str:
    """The id in `wandb_id.txt` of a run folder; without the file, a new id, which is stored there.

    Args:
        folder: The run folder. It belongs to one run, however often that is resumed.
        in_sweep: Whether the run is a job of one of our sweeps. If not, the id in `WANDB_RUN_ID`, which `wandb agent`
            sets, is used; all jobs of a sweep would share it.

    Raises:
        InputError: The file cannot be written.
    """
    path = folder / ID_FILE
    kept = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
    if kept:
        return kept
    given = None if in_sweep else os.environ.get("WANDB_RUN_ID")
    # from the operating system: the random states of the training do not change
    new = given or secrets.token_hex(4)
    write_text(path, new + "\n")
    return new
