"""Let accidents happen to trainings, sweeps, searches and comparisons, and repeat the command until it ends.

`python benchmarks/chaos.py [--kills 200] [--seed 0] [--minutes 60] [--kinds train tune]`

At a random moment the process, or one of two processes, is killed or told to stop, the disk is full, or images cannot
be read. What was taken away is put back, and the same command is given again. In the end weights, optimizers, tables
and images must be equal, bit by bit, to those of an undisturbed run; nothing may hang, leave a process behind or show
a traceback. Otherwise the exit code is 1. The same `--seed` chooses the same accidents; moments depend on the machine.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from PIL import Image

# what a command imports is imported once: processes are forks of this one, and begin at once
import inpaint_zoo.cli.compare
import inpaint_zoo.cli.tune  # noqa: F401
from accidents import ACCIDENTS, Accident, Place, Run, processes
from inpaint_zoo.cli.main import main as command_line

SPLITS = {"train": 7, "val": 2, "test": 12}
HANGS_AFTER, ENDS_WITHIN, DISK = 180, 30, "64m"
STEPS = ("model=misf", "model.network.base_channels=8", "model.network.num_residual_blocks=1", "trainer.max_steps=16")
TINY = ("experiment=tiny", "data.size=32", *STEPS, "trainer.val_check_interval=4", "checkpoint_every=2")
TRAIN = (*TINY, "data.eval_repeats=1", "trainer.accelerator=cpu", "trainer.enable_progress_bar=false")
SEARCH = ("search.model.optimizer.lr=tag(log, interval(1e-5,1e-3))", "trials=3", "sampler.n_startup_trials=1")
METHODS = ("methods.mean=mean", "methods.nearest=nearest", "methods.telea=opencv_telea")
KINDS = {
    "train": ("train", *TRAIN, "data.num_workers=1", "ckpt_path=auto"),
    "two processes": ("train", *TRAIN, "trainer=ddp", "trainer.devices=2", "process_timeout=10", "ckpt_path=auto"),
    "sweep": ("train", "-m", *TRAIN, "seed=0,1"),
    "tune": ("tune", *TRAIN, *SEARCH, "pruner.n_startup_trials=1"),
    "compare": ("compare", "size=32", "data.num_workers=0", "lpips=false", "costs=false", *METHODS),
}
"""What is given again until it ends, without `data.root` and the folder to write to."""


class Outcome(NamedTuple):
    """What a command that was disturbed came to."""

    accidents: Counter[str]
    resumed: int
    faults: list[str]


def main() -> int:
    """Disturb commands until there were enough accidents; returns 1 if there was a fault."""
    options = _options()
    end = time.monotonic() + 60 * options.minutes
    with _place() as (place, accidents):
        whole = {kind: _undisturbed(kind, place) for kind in options.kinds}
        outcomes: dict[str, list[Outcome]] = {kind: [] for kind in options.kinds}
        while _count(outcomes) < options.kills and time.monotonic() < end:
            number = sum(map(len, outcomes.values()))
            kind = options.kinds[number % len(options.kinds)]
            rng = np.random.default_rng((options.seed, number))
            outcome = disturbed(kind, place, accidents, whole[kind][0], rng)
            outcome.faults.extend(_differences(whole[kind][1], contents(place.disk / "run")))
            outcomes[kind].append(outcome)
            for fault in outcome.faults:
                print(f"{kind}, run {number} of seed {options.seed}: {fault}", file=sys.stderr, flush=True)
            _keep(place, options.output / f"{options.seed}_{number}" if outcome.faults else None)
    print(_table(outcomes))
    return int(any(outcome.faults for kind in outcomes.values() for outcome in kind))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200, help="accidents, all kinds together")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=60, help="no new run after that")
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS))
    parser.add_argument("--output", type=Path, default=Path("runs/chaos"), help="folder for runs with a fault")
    return parser.parse_args()


@contextlib.contextmanager
def _place() -> Iterator[tuple[Place, dict[str, Accident]]]:
    """A folder with images and a small disk; and what can happen there."""
    folder = Path(tempfile.mkdtemp(prefix="chaos_"))
    place = Place(folder / "images", folder / "disk", folder / "log.txt")
    rng = np.random.default_rng(0)
    for path in (place.disk, *(place.images / split for split in SPLITS)):
        path.mkdir(parents=True)
    for split, number in ((split, number) for split, count in SPLITS.items() for number in range(count)):
        pixels = np.kron(rng.integers(0, 256, (6, 5, 3), dtype=np.uint8), np.ones((8, 8, 1), np.uint8))
        Image.fromarray(pixels).save(place.images / split / f"{split}_{number}.png")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place.disk)]
    mounted = (
        shutil.which("mount") is not None
        and subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode == 0
    )
    if not mounted:
        print("full disks are left out: a tmpfs can be mounted only by root, on Linux", file=sys.stderr)
    try:
        yield place, {name: happen for name, happen in ACCIDENTS.items() if mounted or name != "disk full"}
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(place.disk)], check=False)
        shutil.rmtree(folder)


def _start(kind: str, place: Place, name: str) -> Run:
    output = "output" if kind == "compare" else "run_dir"
    arguments = [*KINDS[kind], f"data.root={place.images}", f"{output}={place.disk / name}"]
    context: Any = multiprocessing.get_context("fork")
    process = context.Process(target=_command, args=(arguments, place.log))
    process.start()
    return Run(process, place)


def _command(arguments: list[str], log: Path) -> None:
    os.setsid()  # what it starts can be found, and ended with it
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    raise SystemExit(command_line(arguments))


def _end_of(run: Run, seconds: float) -> int | None:
    """Exit code; None if it has not ended."""
    run.process.join(seconds)
    return None if run.process.exitcode is None else int(run.process.exitcode)


def _undisturbed(kind: str, place: Place) -> tuple[float, dict[str, Any]]:
    """Seconds that a command takes, and what comes out of it."""
    begin = time.monotonic()
    if (code := _end_of(_start(kind, place, "whole"), HANGS_AFTER)) != 0:
        raise SystemExit(f"{kind} alone ended with {code}: {place.log.read_text()}")
    seconds, found = time.monotonic() - begin, contents(place.disk / "whole")
    shutil.rmtree(place.disk / "whole")
    return seconds, found


def disturbed(
    kind: str, place: Place, accidents: dict[str, Accident], seconds: float, rng: np.random.Generator
) -> Outcome:
    """Give a command, with one to three accidents, and again until it ends."""
    happened, faults, commands = Counter[str](), list[str](), 0
    possible = [name for name in accidents if name != "one of two killed" or kind == "two processes"]
    for _ in range(int(rng.integers(1, 4))):
        run, name = _start(kind, place, "run"), str(rng.choice(possible))
        commands += 1
        if _end_of(run, rng.uniform(0, seconds)) is not None:
            break
        put_back = accidents[name](run, rng)
        happened[name] += 1
        faults += [f"{name}: {fault}" for fault in _faults(run)]
        put_back()
    last = _start(kind, place, "run")
    faults += [f"after {dict(happened)}: {fault}" for fault in _faults(last)]
    if last.process.exitcode != 0:
        faults.append(f"after {dict(happened)}: exit code {last.process.exitcode}: {place.log.read_text()[-1500:]}")
    return Outcome(happened, commands, faults)


def _faults(run: Run) -> list[str]:
    """Wait for a command, and say what it should not have done."""
    code, faults = _end_of(run, HANGS_AFTER), []
    if code is None:
        faults.append(f"no end within {HANGS_AFTER} seconds")
    elif code in (1, -signal.SIGSEGV, -signal.SIGABRT):
        faults.append(f"exit code {code}")
    end = time.monotonic() + (ENDS_WITHIN if code is not None else 0)
    while (left := processes(run.process.pid)) and time.monotonic() < end:
        time.sleep(0.1)
    if left and code is not None:
        faults.append(f"{len(left)} processes were left behind")
    for pid in left:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    run.process.join()
    text = run.place.log.read_text(errors="replace")
    if "Traceback" in text or any(run.place.disk.rglob("traceback.txt")):
        faults.append("a traceback")
    return [f"{fault}: {text[-1500:]}" for fault in faults]


def contents(folder: Path) -> dict[str, Any]:
    """What must be equal: checkpoints, tables without their seconds, and images, by their names."""
    readers = {".ckpt": _stored, ".csv": _rows, ".png": Path.read_bytes}
    paths = [path for path in folder.rglob("*") if path.suffix in readers and path.name != "previous.ckpt"]
    return {str(path.relative_to(folder)): readers[path.suffix](path) for path in paths}


def _stored(path: Path) -> bytes:
    stored, file = torch.load(path, weights_only=True), io.BytesIO()
    torch.save({key: stored[key] for key in ("global_step", "state_dict", "optimizer_states", "lr_schedulers")}, file)
    return file.getvalue()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return [{key: text for key, text in row.items() if key != "seconds"} for row in csv.DictReader(file)]


def _differences(whole: dict[str, Any], own: dict[str, Any]) -> list[str]:
    names = sorted(whole.keys() | own.keys())
    return [f"{name} differs" for name in names if whole.get(name) != own.get(name)]


def _keep(place: Place, output: Path | None) -> None:
    run = place.disk / "run"
    if output is not None:
        shutil.copytree(run, output, dirs_exist_ok=True)
    shutil.rmtree(run)


def _count(outcomes: dict[str, list[Outcome]]) -> int:
    return sum(outcome.accidents.total() for kind in outcomes.values() for outcome in kind)


def _table(outcomes: dict[str, list[Outcome]]) -> str:
    lines = [
        "| Command | Runs | Accidents | of these | Resumed | Faults |",
        "| --- | ---: | ---: | --- | ---: | ---: |",
    ]
    for kind, runs in outcomes.items():
        accidents = sum((outcome.accidents for outcome in runs), Counter[str]())
        sorts = ", ".join(f"{count} {name}" for name, count in accidents.most_common())
        resumed, faults = sum(outcome.resumed for outcome in runs), sum(len(outcome.faults) for outcome in runs)
        lines.append(f"| {kind} | {len(runs)} | {accidents.total()} | {sorts} | {resumed} | {faults} |")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
