"""The three networks in full size, trained at once for the seconds that are left, beside Telea and PatchMatch."""

from __future__ import annotations

import csv
import importlib
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import mean

from curves import drawing, joined, stages
from on_gpu import SETTINGS, START
from photographs import write_tiles
from timed_training import PROGRAM, train_for

from gpu_parts.apart import Row, said
from gpu_parts.loading import mean_of, processes
from gpu_parts.scale import MODELS, Scale, training_settings
from inpaint_zoo.evaluation.results_file import read_results_file
from inpaint_zoo.metrics.bins import ALL, ratio_bin

LEARNING_RATE = 3e-4
LEAST_STEPS = 150
"""More than the warm-up of the learning rate."""
SLOWER = 0.8
"""Share of the time that is planned for steps: the rest goes to validations, and to what a Trainer adds."""
STEP_SECONDS = 1.0
"""Of the three together, where nothing was measured."""
VALIDATIONS = 8
FILLS = {"telea": "opencv_telea", "patchmatch": "patchmatch"}


@dataclass(frozen=True)
class Place:
    """Where what is."""

    folder: Path
    """With `photographs` and `val`."""
    output: Path
    runs: Path
    """Run folders, and `train` with tiles; it may be deleted afterwards."""


def train_all(place: Place, scale: Scale, timing: Sequence[Row], deadline: float) -> list[Row]:
    """Train all networks at once until `deadline` (of `time.monotonic`); their curves go to the output."""
    write_tiles(place.folder / "photographs", place.runs / "train")
    shutil.copytree(place.folder / "val", place.runs / "val", dirs_exist_ok=True)
    seconds = max(1.0, deadline - time.monotonic())
    steps = planned_steps(seconds, step_seconds(timing, scale.training_batch))
    with ThreadPoolExecutor(len(MODELS)) as pool:
        trained = list(pool.map(partial(train_one, place, scale, steps, deadline), MODELS))
    finished = [row["model"] for row in trained if row.get("steps")]
    drawn = [stage for model in finished for stage in stages(model, [place.runs / model])]
    if drawn:
        (place.output / "curves.svg").write_text(drawing(joined(drawn)), encoding="utf-8")
    return trained


def step_seconds(timing: Sequence[Row], batch: int) -> float:
    """Seconds of a step of all three networks, one after the other as one GPU makes them, in bf16 as it was timed."""
    rates = {
        row["model"]: row["images_per_second"]
        for row in sorted(timing, key=lambda row: int(row["batch"]))  # the largest batch has the last word
        if (row["call"], row["precision"], row["compiled"]) == ("step", "bf16", False) and "failed" not in row
    }
    return sum(batch / rate for rate in rates.values()) if set(rates) == set(MODELS) else STEP_SECONDS


def planned_steps(seconds: float, step: float) -> int:
    """Steps of each network, after which the learning rate is at its lowest."""
    return max(LEAST_STEPS, int(SLOWER * (seconds - START) / step))


def train_one(place: Place, scale: Scale, steps: int, deadline: float, model: str) -> Row:
    """Train one network; what went wrong stands in `failed`."""
    run, workers = place.runs / model, processes(scale) // len(MODELS)
    overrides = (
        *SETTINGS, *training_settings(model, scale),
        f"data.root={place.runs}", f"data.batch_size={scale.training_batch}", f"data.num_workers={workers}",
        f"model.optimizer.lr={LEARNING_RATE}", "model.lr_schedule.end_factor=0.04",
        f"trainer.max_steps={steps}", f"trainer.val_check_interval={max(1, steps // VALIDATIONS)}",
        "checkpoint_every=1000", *scale.settings, f"run_dir={run}",
    )  # fmt: skip
    try:
        train_for(max(1.0, deadline - time.monotonic()), overrides, place.output / f"{model}.log")
        shutil.copy(run / "metrics.csv", place.output / f"{model}.csv")
        rate = mean_of(run / "metrics.csv", "train/images_per_second")
    except (RuntimeError, OSError) as error:
        return {"model": model, "failed": said(error)}
    return {
        "model": model,
        "batch": scale.training_batch,
        "planned_steps": steps,
        "steps": validated_steps(run / "metrics.csv"),
        "images_per_second": rate,
    }


def validated_steps(metrics: Path) -> int | None:
    """The steps until the last validation; None without one."""
    with metrics.open(newline="") as file:
        validated = [int(row["step"]) for row in csv.DictReader(file) if row.get("val/hole_psnr")]
    return max(validated, default=None)


def compare(place: Place, scale: Scale, deadline: float) -> list[Row]:
    """Score the trained networks and the fills on `val`, with the same masks; the report goes to the output.

    Returns:
        For each method the mean PSNR over the hole, in dB, by bin of the hole ratio (`20-40`) and over `all`.

    Raises:
        RuntimeError: `compare` failed, or the time was up.
    """
    lpips = place.folder / "alexnet.pth"
    trained = {model: place.runs / model / "last.ckpt" for model in MODELS}
    methods = {model: str(path) for model, path in trained.items() if path.exists()} | available_fills()
    command = (
        *PROGRAM, "compare", f"data.root={place.folder}", "data.folders.train=photographs", "data.folders.test=val",
        f"data.size={scale.size}", f"data.eval_repeats={scale.repeats}", "reference=telea", "costs=false",
        f"lpips_weights={lpips}" if lpips.exists() else "lpips=false",
        *(f"methods.{title}={source}" for title, source in methods.items()),
        f"output={place.output / 'compare'}", "force=true",
    )  # fmt: skip
    log = place.output / "compare.log"
    with log.open("w") as file:
        try:
            seconds = max(1.0, deadline - time.monotonic())
            subprocess.run(command, stdout=file, stderr=subprocess.STDOUT, check=True, timeout=seconds)
        except subprocess.SubprocessError as error:
            raise RuntimeError(f"compare did not end well ({type(error).__name__}): see {log.name}") from error
    return scores(read_results_file(place.output / "compare" / "results.json").numbers)


def available_fills() -> dict[str, str]:
    """Those whose libraries are there."""
    try:
        patchmatch: bool = importlib.import_module("patchmatch").patchmatch_available
    except ImportError:
        patchmatch = False
    return {title: source for title, source in FILLS.items() if patchmatch or title != "patchmatch"}


def scores(numbers: Mapping[tuple[str, str], Mapping[str, float | None]]) -> list[Row]:
    """The means of each method, by bin and over all."""
    values: dict[str, dict[str, list[float]]] = {}
    for (method, _), metrics in numbers.items():
        psnr, ratio = metrics["hole_psnr"], metrics["ratio"]
        if psnr is not None and ratio is not None:
            for name in (ratio_bin(ratio), ALL):
                values.setdefault(method, {}).setdefault(name, []).append(psnr)
    return [{"method": method, **{name: mean(each) for name, each in bins.items()}} for method, bins in values.items()]
