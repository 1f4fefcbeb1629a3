"""What a Trainer with its callbacks adds to a bare train step on this machine, in turns on the same tensors."""

from __future__ import annotations

import argparse
import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from omegaconf import DictConfig
from rich import print as print_table
from torch.utils.data import DataLoader, IterableDataset

from inpaint_zoo.batch import Batch
from inpaint_zoo.benchmark.machine import describe_machine
from inpaint_zoo.benchmark.rate import MachineRate
from inpaint_zoo.benchmark.subject import Call, bare_step, photograph
from inpaint_zoo.checks import at_least
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.runtime.cpu import prepare_cpu
from inpaint_zoo.tables import Column, Table, terminal
from inpaint_zoo.training.trainer import build_trainer
from inpaint_zoo.zoo import known_model, list_models

WARM_UP = 10
"""Steps that do not count: caches fill, and the Trainer fetches ahead."""
BLOCK = 10
"""Steps that are taken together, so that what happens at log intervals has its share in each value."""


@dataclass(frozen=True)
class Overhead:
    """Milliseconds per step, one value for each block of steps."""

    bare: Sequence[float]
    """Forward, losses, backward, step of the optimizer."""
    trained: Sequence[float]
    """The same in `Trainer.fit`."""

    @property
    def added(self) -> Sequence[float]:
        """By the Trainer, block by block; the two of a block were measured in turns."""
        return [trained - bare for trained, bare in zip(self.trained, self.bare, strict=True)]

    @property
    def interval(self) -> tuple[float, float]:
        """95 % for the median of `added`, whatever its distribution: between two of the sorted values."""
        ordered = sorted(self.added)
        outside = max(math.floor(len(ordered) / 2 - 0.98 * math.sqrt(len(ordered))), 0)
        return ordered[outside], ordered[-1 - outside]


def measure_overhead(model: str, settings: Sequence[str], num_steps: int) -> Overhead:
    """Train a model for `num_steps` steps, with a bare step between any two of them: of the same module and optimizer.

    A twin would do the same work on other memory, which alone can make it faster or slower by milliseconds. No data are
    loaded, and nothing is validated or saved meanwhile.

    Args:
        model: Its name.
        settings: What the command line of `train` would be given.
        num_steps: At least `BLOCK`.
    """
    prepare_cpu()
    total = WARM_UP + num_steps
    never = 10 * total
    fixed = [
        "run_dir=none", "trainer.accelerator=cpu", "trainer.limit_val_batches=0", f"trainer.max_steps={never}",
        f"checkpoint_every={never}", f"images_every={never}", "num_sample_images=0", "+trainer.max_epochs=1",
        "callbacks.best_checkpoint=null",
    ]  # fmt: skip
    config = compose_config("train", [*settings, f"model={model}", *fixed])
    module: InpaintingModule = construct(config.model).train()
    turns = _Turns(module, photograph(config.data.size, config.data.batch_size), total)
    _fit(config, module, turns)
    return Overhead(_blocks(turns.bare[WARM_UP:]), _blocks(turns.trained[WARM_UP:]))


class _Turns(IterableDataset[Batch]):
    """The same batch again and again; each time that it is asked for, a bare step is made and timed, too."""

    def __init__(self, module: InpaintingModule, batch: Batch, num_steps: int) -> None:
        self.module, self.batch, self.num_steps = module, batch, num_steps
        self.bare: list[float] = []
        self.trained: list[float] = []

    def __iter__(self) -> Iterator[Batch]:
        make_bare = self._bare_step()
        left = time.perf_counter()
        while len(self.bare) < self.num_steps:
            asked = time.perf_counter()
            make_bare()
            self.trained.append(1000 * (asked - left))
            self.bare.append(1000 * (time.perf_counter() - asked))
            left = time.perf_counter()
            yield self.batch

    def _bare_step(self) -> Call:
        """With the optimizer and the precision of the Trainer, which has them once it asks for batches."""
        trainer = self.module.trainer
        precision = trainer.precision_plugin
        return bare_step(self.module, trainer.optimizers[0], self.batch, precision.forward_context)


def _fit(config: DictConfig, module: InpaintingModule, turns: _Turns) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trainer = build_trainer(config, folder)
        unused: Any = [turns.batch]  # a module that can validate wants something to validate on
        trainer.fit(module, DataLoader(turns, batch_size=None), DataLoader(unused, batch_size=None))


def _blocks(milliseconds: Sequence[float]) -> list[float]:
    """Means of whole blocks."""
    count = len(milliseconds) // BLOCK
    return [sum(milliseconds[i * BLOCK : (i + 1) * BLOCK]) / BLOCK for i in range(count)]


def main() -> None:
    """Print a table of milliseconds per step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=list_models(), help="default: all")
    parser.add_argument("--steps", type=int, default=200, help="of either kind; default: 200")
    parser.add_argument(
        "--train", nargs="+", default=["experiment=tiny"], metavar="KEY=VALUE",
        help="what `inpaint-zoo train` would be given; default: experiment=tiny",
    )  # fmt: skip
    options = parser.parse_args()
    quiet_libraries()
    try:
        steps, models = at_least(BLOCK, options.steps, "--steps"), [known_model(name) for name in options.models]
        measured = {model: measure_overhead(model, options.train, steps) for model in models}
    except InputError as error:
        parser.error(str(error))
    rate = MachineRate()
    rate()
    headings = ("Bare", "Trainer", "Added", "95 % interval")
    columns = [Column("model", "ms per step", is_text=True), *(Column(heading, heading) for heading in headings)]
    print_table(terminal(Table("", columns, [row(model, overhead) for model, overhead in measured.items()])))
    print(f"{steps} steps of either kind, in turns", *describe_machine(rate.best).lines(), sep="\n")


def row(model: str, overhead: Overhead) -> list[str]:
    """Medians of bare, trained and added milliseconds, and the interval of the last."""
    bare, trained, added = (median(values) for values in (overhead.bare, overhead.trained, overhead.added))
    low, high = overhead.interval
    return [model, f"{bare:.1f}", f"{trained:.1f}", f"{added:+.2f}", f"{low:+.2f} to {high:+.2f}"]


if __name__ == "__main__":
    main()
