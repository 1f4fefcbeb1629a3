"""`inpaint-zoo benchmark training`: what a Trainer with all callbacks adds to a bare train step on this machine."""

from __future__ import annotations

from omegaconf import DictConfig
from rich import box
from rich.console import Console
from rich.table import Table

from inpaint_zoo.benchmark.machine import describe_machine
from inpaint_zoo.benchmark.overhead import BLOCK, Overhead, describe, measure_overhead
from inpaint_zoo.benchmark.rate import MachineRate
from inpaint_zoo.checks import at_least
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.errors import InputError
from inpaint_zoo.zoo import known_model


def run(config: DictConfig) -> None:
    """Print a table of milliseconds per step."""
    quiet_libraries()
    steps = at_least(BLOCK, config.steps, "steps")
    models = [known_model(name) for name in config.models]
    if any(setting.startswith("model=") for setting in config.train):
        raise InputError("train: the models are named by models=[...], not by model=")
    rate = MachineRate()
    rate()
    measured = {model: measure_overhead(model, list(config.train), steps) for model in models}
    console = Console(highlight=False)
    console.print(_table(measured))
    for line in [f"{steps} steps of either kind, in turns on the same tensors", *describe_machine(rate.best).lines()]:
        console.print(line, markup=False)


def _table(measured: dict[str, Overhead]) -> Table:
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("ms per step")
    for heading in ("Bare", "Trainer", "Added", "95 % interval"):
        table.add_column(heading, justify="right")
    for model, overhead in measured.items():
        bare, trained, added, (low, high) = describe(overhead)
        table.add_row(
            model, *(f"{value:.1f}" for value in (bare, trained)), f"{added:+.2f}", f"{low:+.2f} to {high:+.2f}"
        )
    return table
