"""A training from JPEG files: how long it waits for data, and how much of the time the GPU computes."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from statistics import mean

from on_gpu import SETTINGS
from timed_training import train_for

from gpu_parts.apart import Row
from gpu_parts.busy import Utilization
from gpu_parts.scale import Scale, training_settings

MODEL = "madf"
"""The quickest of the three, so that data are most likely too slow."""
MOST_STEPS = 100_000
DATA_WAIT, RATE = "train/data_wait", "train/images_per_second"


def measure(folder: Path, run: Path, log: Path, scale: Scale, seconds: float) -> Row:
    """Train on crops of the photographs of `folder` with all processors but one loading, for so many seconds.

    Args:
        folder: With `photographs` and `val`.
        run: The run folder.
        log: What the training prints.
        scale: Sizes and counts.
        seconds: Of which the first 15 or so pass before the first step.

    Returns:
        `data_wait`, the share of time that steps waited for data; `images_per_second`; `gpu_busy`; None is what nobody
        tells. The means of what was logged, but for the first time, which has the start in it.

    Raises:
        RuntimeError: The training failed, or came to no step.
    """
    workers = processes(scale)
    overrides = (
        *SETTINGS, *training_settings(MODEL, scale),
        f"data.root={folder}", "data.folders.train=photographs",
        f"data.batch_size={scale.loading_batch}", f"data.num_workers={workers}",
        "trainer.log_every_n_steps=10", f"trainer.val_check_interval={MOST_STEPS}",
        f"trainer.max_steps={MOST_STEPS}", *scale.settings, f"run_dir={run}",
    )  # fmt: skip
    metrics = run / "metrics.csv"
    with Utilization(counts=metrics.exists) as utilization:
        train_for(seconds, overrides, log)
    if not metrics.exists():
        raise RuntimeError(f"nothing was logged in {seconds:.0f} s")
    return {
        "model": MODEL,
        "batch": scale.loading_batch,
        "processes": workers,
        "images_per_second": mean_of(metrics, RATE),
        "data_wait": mean_of(metrics, DATA_WAIT),
        "gpu_busy": utilization.share,
    }


def processes(scale: Scale) -> int:
    """How many processes load data for all trainings that run at once."""
    return max(1, (os.cpu_count() or 1) - 1) if scale.workers is None else scale.workers


def mean_of(metrics: Path, column: str) -> float | None:
    """The mean of a column of `metrics.csv`, but for its first value; None where there is no second one."""
    with metrics.open(newline="") as file:
        values = [float(row[column]) for row in csv.DictReader(file) if row.get(column)]
    return mean(values[1:]) if len(values) > 1 else None
