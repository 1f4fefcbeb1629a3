"""What large folders and long sweeps cost: `python benchmarks/scale.py [--files 400000] [--jobs 24] [--parts folders]`.

*folders*: seconds until a data module knows its images, and the private memory of its 8 loading processes. *sweep*:
memory, threads and file handles of one process after every job of a sweep. *wandb*: what W&B writes offline where
images are logged at every step, and what it leaves in an empty home folder. The exit code is 1 if a limit is passed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

START_UP, WORKERS, APART, BESIDE_IMAGES = 10.0, 8, 50.0, 10.0
"""Seconds, loading processes, MB between them, MB beside the images: the limits."""
GROWTH = {"memory": 30.0, "threads": 0.0, "handles": 0.0}
"""How much more the last job may leave than the one after a third of all: MB, threads, handles."""
TINY = (
    "experiment=tiny", "data.size=32", "model=misf", "model.network.base_channels=8", "trainer.accelerator=cpu",
    "model.network.num_residual_blocks=1", "trainer.enable_progress_bar=false", "data.eval_repeats=1",
)  # fmt: skip


def main() -> int:
    """Measure the chosen parts; returns 1 if a limit is passed."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--files", type=int, default=400_000, help="in 400 folders")
    parser.add_argument("--jobs", type=int, default=24, help="of the sweep")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--folder", type=Path, help="where the files are made, /dev/shm if it is there")
    options = parser.parse_args()
    shared = Path("/dev/shm")
    place = Path(tempfile.mkdtemp(prefix="scale_", dir=options.folder or (shared if shared.is_dir() else None)))
    faults = []
    try:
        for part in options.parts:
            for line, good in PARTS[part](place / part, options):
                print(f"{line}{'' if good else '  <- beyond the limit'}", flush=True)
                faults += [] if good else [line]
    finally:
        shutil.rmtree(place)
    return int(bool(faults))


def _folders(place: Path, options: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    from inpaint_zoo.config.build import construct  # noqa: PLC0415 (the home folder of `wandb` is chosen before)
    from inpaint_zoo.config.compose import compose_config  # noqa: PLC0415

    def data_of(root: Path) -> Any:
        config = compose_config("train", [f"data.root={root}", "data.size=32", f"data.num_workers={WORKERS}"])
        data = construct(config.data, mask=construct(config.mask), eval_mask=construct(config.eval_mask), seed=0)
        data.setup("fit")
        return data

    data_of(_images(place.with_name("few")))  # imports what takes the same time for any number of files
    _many_files(place, options.files)
    begin = time.monotonic()
    data = data_of(place)
    seconds = time.monotonic() - begin
    count = len(data.train_dataset)
    yield (
        f"{options.files} files, {count} of them for training: {seconds:.1f} s until they are known",
        (seconds <= START_UP),
    )
    loader = iter(data.train_dataloader())
    for number in range(1, 401):
        next(loader)
        if number in (100, 400):
            private = [_private(worker.pid) for worker in multiprocessing.active_children() if worker.pid]
            apart = max(private) - min(private)
            yield f"private memory of {WORKERS} processes after {number} batches: {_megabytes(private)}", apart <= APART
    del loader


def _many_files(place: Path, count: int) -> None:
    """Hard links of few images: as many names, without their size."""
    rng = np.random.default_rng(0)
    links = 30_000  # file systems allow 65 000 of one file, or more
    for number in range(count):
        folder = place / f"{number % 400:03}"
        if number < 400:
            folder.mkdir(parents=True)
        if number % links == 0:
            image = place / f"source_{number}.png"
            Image.fromarray(rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(image)
        os.link(image, folder / f"{number:06}.png")
    for source in place.glob("source_*.png"):
        source.unlink()


def _private(pid: int | str) -> float:
    """MB of memory that no other process shares."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1024


def _megabytes(values: Sequence[float]) -> str:
    return f"{min(values):.0f} to {max(values):.0f} MB"


def _images(place: Path, count: int = 10) -> Path:
    rng = np.random.default_rng(0)
    place.mkdir(parents=True)
    for number in range(count):
        pixels = np.kron(rng.integers(0, 256, (6, 5, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8))
        Image.fromarray(pixels).save(place / f"{number}.png")
    return place


def _sweep(place: Path, options: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    from inpaint_zoo.cli.main import main as command_line  # noqa: PLC0415
    from inpaint_zoo.jobs.sweep.job import SweptTask  # noqa: PLC0415

    left: list[dict[str, float]] = []
    run = SweptTask.__call__

    def measured(self: SweptTask, config: Any) -> object:
        value = run(self, config)
        left.append(_left())
        return value

    SweptTask.__call__ = measured  # type: ignore[method-assign]
    seeds = ",".join(map(str, range(options.jobs)))
    data = (f"data.root={_images(place / 'images')}", f"run_dir={place / 'runs'}", "data.num_workers=1")
    steps = ("trainer.max_steps=4", "trainer.val_check_interval=2", f"seed={seeds}", "logger=tensorboard")
    code = command_line(["train", "-m", *TINY, *data, *steps])
    yield f"a sweep of {options.jobs} jobs ends with {code}", code == 0
    for name, limit in GROWTH.items():
        values = [job[name] for job in left]
        shown = " ".join(f"{value:.0f}" for value in values)
        yield f"{name} after every job: {shown}", values[-1] - values[len(values) // 3] <= limit


def _left() -> dict[str, float]:
    """What this process holds."""
    return {
        "memory": _private("self"),
        "threads": len(list(Path("/proc/self/task").iterdir())),
        "handles": len(list(Path("/proc/self/fd").iterdir())),
    }


def _wandb(place: Path, _: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    home, run_dir = place / "home", place / "run"
    images = _images(place / "images")
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("WANDB_", "XDG_"))}
    steps = ("trainer.max_steps=50", "trainer.val_check_interval=25", "images_every=1", "logger=wandb")
    command = [sys.executable, "-m", "inpaint_zoo", "train", *TINY, f"data.root={images}", f"run_dir={run_dir}", *steps]
    done = subprocess.run(command, env={**environment, "HOME": str(home), "WANDB_MODE": "offline"}, check=False)
    yield f"a training with images at every step ends with {done.returncode}", done.returncode == 0
    sizes = {path: path.stat().st_size / 1e6 for path in (run_dir / "wandb").rglob("*") if path.is_file()}
    media = sum(size for path, size in sizes.items() if path.suffix == ".png")
    beside = sum(sizes.values()) - media
    yield f"W&B wrote {media:.1f} MB of images, and {beside:.1f} MB beside them", beside <= BESIDE_IMAGES
    found = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
    yield f"files in the home folder: {json.dumps(found) if found else 'none'}", not found


PARTS = {"folders": _folders, "sweep": _sweep, "wandb": _wandb}

if __name__ == "__main__":
    raise SystemExit(main())
