"""Trains the packaged networks further, all at once on one GPU, from one prepared folder and in less than ten minutes.

python benchmarks/bundles/on_gpu.py FOLDER OUTPUT [KEY=VALUE ...] [--seconds 580] [--models misf madf ctsdg]

FOLDER holds the `photographs`, `val` and `vgg16.pth` of `photographs.py FOLDER --vgg16 FILE`; nothing is downloaded.
Each network starts from OUTPUT/MODEL_vgg16.safetensors or OUTPUT/MODEL.safetensors of an earlier call, or from its
packaged weights. It learns with L1 alone for a number of steps (experiment=bundle_MODEL), then with the perceptual and
style terms of VGG16 for the seconds that are left (bundle_MODEL_vgg16). OUTPUT gets the weights after both, and their
curves.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from photographs import VGG16, write_tiles
from timed_training import PROGRAM, SAVING, train_for

START = 15
"""Seconds that a training takes before its first step, about."""
LEAST_STEPS = 120
"""With VGG16: more than the warm-up of the learning rate."""
SETTINGS = (
    "data.size=256",
    "data.samples_per_epoch=1000000",
    "data.eval_repeats=1",
    "ema_decay=0.998",
    "checkpoint_every=250",
    "num_sample_images=0",
    "num_worst_images=0",
    "model.lr_schedule.warmup_steps=100",
    "+model.optimizer.fused=true",
    "+trainer.benchmark=true",
    "trainer.val_check_interval=1000",
    "trainer.log_every_n_steps=50",
    "trainer.enable_progress_bar=false",
)


class Recipe(NamedTuple):
    """How one network is trained beside the other two, on a GPU with 16 processors."""

    batch: int
    workers: int
    steps: int
    """With L1 alone."""
    lr: float
    """With L1 alone."""
    cost: float
    """Seconds of a step with VGG16, divided by those of one without."""


RECIPES = {
    "misf": Recipe(batch=32, workers=3, steps=1700, lr=1.2e-3, cost=1.7),
    "madf": Recipe(batch=64, workers=5, steps=2600, lr=1.5e-3, cost=1.5),
    "ctsdg": Recipe(batch=32, workers=6, steps=1500, lr=1.2e-3, cost=1.3),
}


@dataclass(frozen=True)
class Call:
    """What all networks have in common."""

    folder: Path
    output: Path
    runs: Path
    deadline: float
    """Of `time.monotonic`: trainings stop, and save, then."""
    overrides: list[str]

    @property
    def seconds_left(self) -> float:
        """Until the deadline."""
        return max(1.0, self.deadline - time.monotonic())


def main() -> None:
    """Read the command line, and train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--seconds", type=float, default=580, help="after which trainings stop")
    parser.add_argument("--models", nargs="+", choices=RECIPES, default=list(RECIPES))
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="of every training, the last word")
    given = parser.parse_intermixed_args()
    for name in ("photographs", "val", VGG16):
        if not (given.folder / name).exists():
            parser.error(f"{given.folder / name} does not exist: see photographs.py --help")
    deadline = time.monotonic() + given.seconds - SAVING
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as temporary:
        write_tiles(given.folder / "photographs", Path(temporary, "train"))
        shutil.copytree(given.folder / "val", Path(temporary, "val"))
        call = Call(given.folder, given.output, Path(temporary), deadline, given.overrides)
        given.output.mkdir(parents=True, exist_ok=True)
        with ThreadPoolExecutor(len(given.models)) as pool:
            list(pool.map(partial(train_both, call), given.models))


def train_both(call: Call, model: str) -> None:
    """Train a network without VGG16, then with it."""
    recipe = RECIPES[model]
    earlier = (call.output / f"{model}{stage}.safetensors" for stage in ("_vgg16", ""))
    frozen = [] if model == "misf" else ["model.frozen_batch_norm=true"]
    started = time.monotonic()
    init = next((path for path in earlier if path.exists()), model)
    first = [f"init_from={init}", f"model.optimizer.lr={recipe.lr}", *frozen]
    last = train(call, model, f"bundle_{model}", recipe.steps, first)
    if call.seconds_left < 2 * START:
        print(f"{model}: no time is left for VGG16", flush=True)
        return
    step = max(0.01, (time.monotonic() - started - START) / recipe.steps)
    steps = max(LEAST_STEPS, int(0.87 * (call.seconds_left - START) / (step * recipe.cost)))
    print(f"{model}: {1e3 * step:.0f} ms a step of {recipe.batch} images; {steps} steps with VGG16", flush=True)
    second = [f"init_from={last}", "model.optimizer.lr=4e-4", f"model.loss_network={call.folder / VGG16}"]
    train(call, model, f"bundle_{model}_vgg16", steps, second)


def train(call: Call, model: str, experiment: str, steps: int, overrides: Sequence[str]) -> Path:
    """Train until all steps are done, or the deadline; the checkpoint. Its weights and curve go to the output."""
    recipe, run = RECIPES[model], call.runs / experiment
    own = (
        f"experiment={experiment}",
        "model.lr_schedule.end_factor=0.04",
        f"trainer.max_steps={steps}",
        f"data.root={call.runs}",
        f"data.batch_size={recipe.batch}",
        f"data.num_workers={recipe.workers}",
        f"run_dir={run}",
    )
    target = call.output / experiment.removeprefix("bundle_")
    train_for(call.seconds_left, [*own, *SETTINGS, *overrides, *call.overrides], target.with_suffix(".log"))
    source, weights = run / "last.ckpt", target.with_suffix(".safetensors")
    files = (f"source={source}", f"output={weights}", "force=true")
    subprocess.run([*PROGRAM, "import-weights", f"model={model}", *files], check=True)
    shutil.copy(run / "metrics.csv", target.with_suffix(".csv"))
    return source


if __name__ == "__main__":
    main()
