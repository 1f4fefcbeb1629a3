"""Trainings in processes of their own, which are stopped in time."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROGRAM = (sys.executable, "-m", "inpaint_zoo")
SAVING = 35
"""Seconds that are kept for writing files at the end."""


def train_for(seconds: float, overrides: Sequence[str], log: Path) -> None:
    """Train until all steps are done, or as many seconds have passed; what it prints goes to `log`.

    Raises:
        RuntimeError: It failed.
    """
    with log.open("w") as file:
        training = subprocess.Popen([*PROGRAM, "train", *overrides], stdout=file, stderr=subprocess.STDOUT)
        if not ended(training, seconds):
            training.terminate()  # it saves where it is
            if not ended(training, SAVING / 2):
                training.kill()
                training.wait()
        elif training.returncode:
            raise RuntimeError(f"a training failed: see {log}")


def ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether a process ends within so many seconds."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
