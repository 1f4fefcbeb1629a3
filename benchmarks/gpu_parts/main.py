"""The command line of `benchmarks/gpu.py`, and its parts one after the other."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from timed_training import SAVING

from gpu_parts import loading, parity, quality, timing
from gpu_parts.apart import UnfinishedError, rows_of
from gpu_parts.record import Record, about
from gpu_parts.scale import FULL, MODELS, TINY, Scale

PARTS = {"parity": 1.0, "eager": 2.0, "compiled": 1.5, "loading": 1.0, "training": 4.0}
"""Parts in their order, with their shares of the time; what one does not need, those after it get."""
FILES = 10
"""Seconds that are kept for leaving."""
SCORING = 60
"""Seconds that are kept for the comparison, at most."""


@dataclass(frozen=True)
class Call:
    """What all parts need."""

    place: quality.Place
    scale: Scale
    device: str
    record: Record


def main() -> None:
    """Read the command line, do all parts, and tell by the exit code whether the device computes as the CPU does."""
    parser = _parser()
    given = parser.parse_args()
    deadline = time.monotonic() + given.seconds - FILES
    for name in ("photographs", "val"):
        if not (given.folder / name).is_dir():
            parser.error(f"{given.folder / name} does not exist: see benchmarks/bundles/photographs.py --help")
    if given.device == "cuda" and not torch.cuda.is_available():
        parser.error("there is no CUDA device here: give --device cpu --tiny to rehearse")
    given.output.mkdir(parents=True, exist_ok=True)
    size, scale = ("tiny", TINY) if given.tiny else ("full", FULL)
    record = Record(given.output, about(given.device, size, scale.batches))
    with tempfile.TemporaryDirectory() as temporary:
        place = quality.Place(given.folder.absolute(), given.output.absolute(), Path(temporary))
        run_all(Call(place, scale, given.device, record), given.parts, deadline)
    print(f"gpu.py: {given.output / 'gpu.md'}", flush=True)
    sys.exit(verdict(record))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gpu.py", description="Measure what a GPU makes of the networks: docs/gpu.md")
    parser.add_argument("folder", type=Path, help="with photographs, val and, where Python lacks something, wheels")
    parser.add_argument("output", type=Path, help="gets gpu.json, gpu.md, logs and curves; parts done earlier stay")
    parser.add_argument("--seconds", type=float, default=560, help="for everything; default: 560")
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    parser.add_argument("--tiny", action="store_true", help="small networks and images, to rehearse")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS), help="default: all")
    return parser


def run_all(call: Call, parts: Sequence[str], deadline: float) -> None:
    """Do the parts in their order, each with its share of the time; one that fails is noted, and the next begins."""
    work: dict[str, tuple[Callable[[Call, float], None], tuple[str, ...]]] = {
        "parity": (_parity, ("parity",)),
        "eager": (_eager, ("peaks", "eager")),
        "compiled": (_compiled, ("compiled",)),
        "loading": (_loading, ("loading",)),
        "training": (_training, ("trainings", "scores")),
    }
    wanted = [part for part in PARTS if part in parts]
    for number, part in enumerate(wanted):
        do, names = work[part]
        call.record.begin(part, *names)
        started, note = time.monotonic(), None
        try:
            do(call, allotted(wanted[number:], started, deadline))
        except (UnfinishedError, RuntimeError, OSError) as error:
            note = str(error)
        seconds = time.monotonic() - started
        call.record.end(part, seconds, note)
        print(f"gpu.py: {part}: {seconds:.0f} s{'' if note is None else f'; {note}'}", flush=True)


def allotted(parts: Sequence[str], now: float, deadline: float) -> float:
    """When the first of the parts that are left must end, so that the others have their shares of the time."""
    return now + (deadline - now) * PARTS[parts[0]] / sum(PARTS[part] for part in parts)


def verdict(record: Record) -> int:
    """1 where a network computes something else than on the CPU, or was not compared though it was to be; or 0."""
    rows = record.rows("parity")
    failed = [row["model"] for row in rows if not row["passed"]]
    if failed:
        print(f"gpu.py: NOT as on the CPU within {parity.TOLERANCE:g} of the range: {', '.join(failed)}", flush=True)
    incomplete = "parity" in record.content["seconds"] and len(rows) < len(MODELS)
    return int(bool(failed) or incomplete)


def _parity(call: Call, deadline: float) -> None:
    for row in rows_of(parity.differences, call.scale, call.device, deadline=deadline):
        call.record.add("parity", row)


def _eager(call: Call, deadline: float) -> None:
    for row in rows_of(timing.peaks, call.scale, call.device, deadline=deadline):
        call.record.add("peaks", row)
    wanted = timing.eager(call.scale)
    for row in rows_of(timing.measurements, wanted, call.scale, call.device, deadline=deadline):
        call.record.add("eager", row)


def _compiled(call: Call, deadline: float) -> None:
    wanted = timing.compiled(call.scale)
    if not wanted:
        return
    for row in rows_of(timing.measurements, wanted, call.scale, call.device, deadline=deadline):
        call.record.add("compiled", row)


def _loading(call: Call, deadline: float) -> None:
    seconds = min(call.scale.loading_seconds, deadline - time.monotonic() - SAVING / 2)
    run, log = call.place.runs / "loading", call.place.output / "loading.log"
    call.record.add("loading", loading.measure(call.place.folder, run, log, call.scale, seconds))


def _training(call: Call, deadline: float) -> None:
    left = deadline - time.monotonic()
    stop = deadline - SAVING / 2 - min(SCORING, left / 4)
    for row in quality.train_all(call.place, call.scale, call.record.rows("eager"), stop):
        call.record.add("trainings", row)
    for row in quality.compare(call.place, call.scale, deadline):
        call.record.add("scores", row)


if __name__ == "__main__":
    main()
