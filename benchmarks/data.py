"""How fast training samples are loaded on this machine, what that time goes to, and whether memory stays the same."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich import print as print_table

from inpaint_zoo.benchmark.machine import describe_machine, num_threads
from inpaint_zoo.benchmark.rate import MachineRate
from inpaint_zoo.checks import at_least
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.data import InpaintingDataModule
from inpaint_zoo.data.dataset import TrainingDataset
from inpaint_zoo.data.sampler import Key
from inpaint_zoo.data.skipping import collate
from inpaint_zoo.errors import InputError
from inpaint_zoo.tables import Column, Table, terminal

STAGES = ("decode", "resize", "augment", "mask", "to tensors", "collate")
TRANSFER = "transfer and waiting"


@dataclass(frozen=True)
class Epoch:
    """One pass through the loader."""

    images: int
    seconds: float
    megabytes: float | None
    """Resident sets at its end, of this process and of all workers, in 10^6 bytes; pages that they share count in each
    of them. None where the system does not tell."""

    @property
    def rate(self) -> float:
        """Images a second."""
        return self.images / self.seconds


@dataclass(frozen=True)
class Loading:
    """What was measured."""

    epochs: Sequence[Epoch]
    """Without the first, in which workers start."""
    milliseconds: Mapping[str, float]
    """Of a sample in one process, by stage; the median over batches."""
    num_workers: int

    @property
    def rate(self) -> float:
        """Images a second, the median over epochs."""
        return statistics.median(epoch.rate for epoch in self.epochs)

    @property
    def shares(self) -> dict[str, float]:
        """Of the time of all processes that load, by stage.

        What the stages do not account for, moving batches between processes and waiting for each other, is
        `TRANSFER`; where fewer processors than processes share the work, that is much.
        """
        whole = max(1, self.num_workers) * 1000 / self.rate
        rest = max(0.0, whole - sum(self.milliseconds.values()))
        whole = rest + sum(self.milliseconds.values())
        return {stage: spent / whole for stage, spent in {**self.milliseconds, TRANSFER: rest}.items()}


def measure_loading(
    data: InpaintingDataModule, num_epochs: int, num_batches: int, say: Callable[[str], None]
) -> Loading:
    """Go through the training stream.

    Args:
        data: Its `num_workers`, `batch_size` and `samples_per_epoch` are measured.
        num_epochs: To go through, besides one for warming up.
        num_batches: From which the shares of the stages are taken, in this process.
        say: Told how each epoch went.
    """
    loader = data.train_dataloader()
    epochs: list[Epoch] = []
    for number in range(num_epochs + 1):
        # each epoch goes on where the last one stopped, as in training
        data.load_state_dict({"batches": 0, "samples": sum(epoch.images for epoch in epochs)})
        start = time.perf_counter()
        images = sum(len(batch["name"]) for batch in loader)
        epochs.append(Epoch(images, time.perf_counter() - start, resident_megabytes()))
        say(f"epoch {number}: {epochs[-1].rate:.0f} images/s{' (warming up)' if number == 0 else ''}")
    del loader
    with num_threads(1):  # as in a worker
        stages = stage_milliseconds(data.train_dataset, data.batch_size, num_batches)
    return Loading(epochs[1:], stages, data.num_workers)


def stage_milliseconds(dataset: TrainingDataset, batch_size: int, num_batches: int) -> dict[str, float]:
    """What a sample takes in this process, by stage: the median over batches of the mean in a batch."""
    times: dict[str, list[float]] = defaultdict(list)
    with _timed_stages(dataset) as spent:
        for batch in range(num_batches + 1):
            spent.clear()
            keys = [Key(0, position % len(dataset), position) for position in _run(batch, batch_size)]
            start = time.perf_counter()
            samples = [dataset[key] for key in keys]
            spent["to tensors"] = time.perf_counter() - start - sum(spent.values())
            start = time.perf_counter()
            collate(samples)
            spent["collate"] = time.perf_counter() - start
            for stage in STAGES:
                times[stage].append(1000 * spent.get(stage, 0.0) / batch_size)
    # the first batch pays for what is prepared once
    return {stage: statistics.median(values[1:]) for stage, values in times.items()}


def _run(batch: int, batch_size: int) -> range:
    return range(batch * batch_size, (batch + 1) * batch_size)


class _Timed:
    """Stands for a part of a dataset and adds up the time that it takes."""

    def __init__(self, part: Any, stage: str, spent: dict[str, float]) -> None:
        self.part, self.stage, self.spent = part, stage, spent

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return self.part(*arguments, **named)
        finally:
            self.spent[self.stage] += time.perf_counter() - start

    def __getattr__(self, name: str) -> Any:
        return getattr(self.part, name)


@contextmanager
def _timed_stages(dataset: TrainingDataset) -> Iterator[dict[str, float]]:
    spent: dict[str, float] = defaultdict(float)
    parts = {"read": "decode", "preparation": "resize", "augment": "augment", "mask": "mask"}
    before = {name: vars(dataset)[name] for name in parts if name in vars(dataset)}
    try:
        for name, stage in parts.items():
            setattr(dataset, name, _Timed(getattr(dataset, name), stage, spent))
        yield spent
    finally:
        for name in parts:
            delattr(dataset, name)
        vars(dataset).update(before)


def resident_megabytes() -> float | None:
    """The resident sets of this process and of its children, added up; None where the system does not tell."""
    numbers = [os.getpid(), *(child.pid for child in multiprocessing.active_children())]
    try:
        pages = [int(Path(f"/proc/{number}/statm").read_text(encoding="ascii").split()[1]) for number in numbers]
    except OSError:
        return None
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> None:
    """Print images a second, the shares of the stages, and the memory of every epoch."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=5, help="the median counts; one more goes before them")
    parser.add_argument("--batches", type=int, default=16, help="for the shares of the stages, in one process")
    parser.add_argument("overrides", nargs="*", metavar="KEY=VALUE", help="as for `inpaint-zoo train`: data.root=DIR")
    options = parser.parse_intermixed_args()
    quiet_libraries()
    try:
        epochs, batches = at_least(1, options.epochs, "--epochs"), at_least(1, options.batches, "--batches")
        config = compose_config("train", ["data.samples_per_epoch=1024", *options.overrides])
        mask = construct(config.mask)
        data: InpaintingDataModule = construct(config.data, mask=mask, eval_mask=mask, seed=0)
        rate = MachineRate()
        rate()
        loading = measure_loading(data, epochs, batches, lambda line: print(line, file=sys.stderr, flush=True))
    except InputError as error:
        parser.error(str(error))
    print_table(terminal(stages_table(loading)))
    print(*describe_loading(loading, data), *describe_machine(rate.best).lines(), sep="\n")


def stages_table(loading: Loading) -> Table:
    """What a sample takes, stage by stage."""
    columns = [Column("stage", "Stage", is_text=True), Column("ms", "ms an image"), Column("share", "Share")]
    spent = {stage: f"{milliseconds:.2f}" for stage, milliseconds in loading.milliseconds.items()}
    return Table(
        "", columns, [[stage, spent.get(stage, ""), f"{share:.0%}"] for stage, share in loading.shares.items()]
    )


def describe_loading(loading: Loading, data: InpaintingDataModule) -> list[str]:
    """The rate, and the memory where the system tells it."""
    rates = [epoch.rate for epoch in loading.epochs]
    height, width = data.size
    lines = [
        f"{loading.rate:.0f} images/s of {width}x{height} with {data.num_workers} workers, the median of "
        f"{len(rates)} epochs of {loading.epochs[0].images} ({min(rates):.0f} to {max(rates):.0f})"
    ]
    memory = [epoch.megabytes for epoch in loading.epochs if epoch.megabytes is not None]
    if memory:
        lines.append(f"memory of all processes, epoch by epoch: {', '.join(f'{value:.0f}' for value in memory)} MB")
    return lines


if __name__ == "__main__":
    main()
