"""How long it takes on this machine to score images, without LPIPS, and to bootstrap their scores."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import NamedTuple

import numpy as np
import skimage.data
from rich import print as print_table

from inpaint_zoo.benchmark.machine import describe_machine
from inpaint_zoo.benchmark.rate import MachineRate
from inpaint_zoo.checks import at_least
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.fills import fill_mean
from inpaint_zoo.evaluation.protocols import Protocol
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.images.resizing import cover, resize
from inpaint_zoo.masks import IrregularMask, MaskRequest
from inpaint_zoo.metrics import Hole, ImageArray, Record, score, summarise
from inpaint_zoo.metrics.score import METRICS
from inpaint_zoo.tables import Column, Table, terminal

NUM_DISTINCT = 24
"""Pairs that are made; longer lists repeat them."""


class Pair(NamedTuple):
    """What is scored."""

    target: ImageArray
    composite: ImageArray
    hole: Hole


def time_scoring(protocol: Protocol, num_images: int, size: int, repeats: int) -> Sequence[float]:
    """Seconds that it takes to score `num_images` images of `size` x `size` without LPIPS and average them by bin."""
    pairs = [make_pair(size, seed) for seed in range(min(NUM_DISTINCT, num_images))]

    def work() -> None:
        records = []
        for number in range(num_images):
            scored = score(*pairs[number % len(pairs)], protocol.metrics)
            records.append(Record.from_score("method", f"{number}.png", f"{number}.png", scored))
        summarise(records)

    return _time(work, repeats)


def time_bootstrap(num_methods: int, num_images: int, repeats: int) -> Sequence[float]:
    """Seconds that it takes to find intervals and p values of all means and differences, over all bins and metrics."""
    rng = np.random.RandomState(0)
    records = [
        Record(f"method {method}", f"{number}.png", f"{number}.png", rng.uniform(0.001, 0.6), dict(_scores(rng)))
        for number in range(num_images)
        for method in range(num_methods)
    ]
    return _time(lambda: estimates_of(records), repeats)


def make_pair(size: int, seed: int) -> Pair:
    """A photograph whose hole, anywhere from 0 to 60 %, was filled with the mean of what is known."""
    rng = np.random.RandomState(seed)
    photograph = skimage.data.astronaut()
    top, left = (rng.randint(0, side // 2) for side in photograph.shape[:2])
    target = cover(photograph[top : top + 256, left : left + 256], (size, size), resize)
    strokes = {"stroke_width": [0.03, 0.14], "segment_length": [0.05, 0.2]}
    mask = IrregularMask(ratio=[0.0, 0.6], num_segments=[3, 12], **strokes)
    hole = mask(MaskRequest(size, size, rng))[0].astype(bool)
    return Pair(target, fill_mean(target, hole), hole)


def _scores(rng: np.random.RandomState) -> list[tuple[str, float]]:
    return [(key, float(rng.normal(20, 3))) for key in METRICS]


def _time(work: Callable[[], object], repeats: int) -> Sequence[float]:
    work()  # libraries are loaded and caches filled
    runs = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        runs.append(time.perf_counter() - started)
    return runs


def main() -> None:
    """Print a table of seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    numbers = {"images": 1000, "size": 256, "methods": 10, "repeats": 3}
    for name, default in numbers.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default: {default}")
    parser.add_argument("--protocol", default="standard", help="whose metrics; default: standard")
    options = parser.parse_args()
    try:
        images, size, methods, repeats = (at_least(1, getattr(options, name), f"--{name}") for name in numbers)
        protocol = construct(compose_config("evaluate", [f"protocol={options.protocol}"]).protocol, size=size)
    except InputError as error:
        parser.error(str(error))
    rate = MachineRate()
    rate()
    work = {
        f"score {images} images of {size}x{size}, {protocol.name}": time_scoring(protocol, images, size, repeats),
        f"intervals of {methods} methods x {images} images": time_bootstrap(methods, images, repeats),
    }
    columns = [
        Column("what", "What", is_text=True),
        *(Column(name, name) for name in ("Seconds", "Fastest", "Slowest")),
    ]
    rows = [[what, *(f"{value:.2f}" for value in (median(runs), min(runs), max(runs)))] for what, runs in work.items()]
    print_table(terminal(Table("", columns, rows)))
    print(*describe_machine(rate.best).lines(), sep="\n")


if __name__ == "__main__":
    main()
