"""`inpaint-zoo benchmark data`: how fast training samples are loaded on this machine, and what that time goes to."""

from __future__ import annotations

import sys

from omegaconf import DictConfig
from rich import box
from rich.console import Console
from rich.table import Table

from inpaint_zoo.benchmark.loading import Loading, measure_loading
from inpaint_zoo.benchmark.machine import describe_machine
from inpaint_zoo.benchmark.rate import MachineRate
from inpaint_zoo.checks import at_least
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.config.build import construct
from inpaint_zoo.data import InpaintingDataModule


def run(config: DictConfig) -> None:
    """Print images a second, the shares of the stages, and the memory of every epoch."""
    quiet_libraries()
    num_epochs, num_batches = (at_least(1, config[key], key) for key in ("epochs", "batches"))
    mask = construct(config.mask)
    data: InpaintingDataModule = construct(config.data, mask=mask, eval_mask=mask, seed=0)
    rate = MachineRate()
    rate()
    loading = measure_loading(data, num_epochs, num_batches, lambda line: print(line, file=sys.stderr, flush=True))
    console = Console(highlight=False)
    console.print(_stages(loading))
    for line in [*_lines(loading, data), *describe_machine(rate.best).lines()]:
        console.print(line, markup=False)


def _stages(loading: Loading) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("Stage")
    for heading in ("ms an image", "Share"):
        table.add_column(heading, justify="right")
    for stage, share in loading.shares.items():
        spent = loading.milliseconds.get(stage)
        table.add_row(stage, "" if spent is None else f"{spent:.2f}", f"{share:.0%}")
    return table


def _lines(loading: Loading, data: InpaintingDataModule) -> list[str]:
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
