"""`inpaint-zoo benchmark metrics`: how long scoring and bootstrapping take on this machine."""

from __future__ import annotations

from omegaconf import DictConfig
from rich import box
from rich.console import Console
from rich.table import Table

from inpaint_zoo.benchmark.machine import describe_machine
from inpaint_zoo.benchmark.rate import MachineRate
from inpaint_zoo.benchmark.scoring import Seconds, time_bootstrap, time_scoring
from inpaint_zoo.checks import at_least
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.config.build import construct


def run(config: DictConfig) -> None:
    """Print a table of seconds."""
    quiet_libraries()
    counts = {key: at_least(1, config[key], key) for key in ("images", "size", "methods", "repeats")}
    protocol = construct(config.protocol)
    images, size, methods, repeats = counts.values()
    rate = MachineRate()
    rate()
    work = {
        f"score {images} images of {size}x{size}, {protocol.name}": time_scoring(protocol, images, size, repeats),
        f"intervals of {methods} methods x {images} images": time_bootstrap(methods, images, repeats),
    }
    console = Console(highlight=False)
    console.print(_table(work))
    for line in describe_machine(rate.best).lines():
        console.print(line, markup=False)


def _table(work: dict[str, Seconds]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("What")
    for heading in ("Seconds", "Fastest", "Slowest"):
        table.add_column(heading, justify="right")
    for what, seconds in work.items():
        table.add_row(what, *(f"{value:.2f}" for value in (seconds.median, min(seconds.runs), max(seconds.runs))))
    return table
