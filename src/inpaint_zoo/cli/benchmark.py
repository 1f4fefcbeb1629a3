"""`inpaint-zoo benchmark`: what the networks cost on this machine's CPU: operations, seconds, memory."""

from __future__ import annotations

import sys
from pathlib import Path

from omegaconf import DictConfig, ListConfig
from rich.console import Console

from inpaint_zoo.benchmark.against import Earlier, against_table, read_earlier
from inpaint_zoo.benchmark.machine import Machine, describe_machine, num_threads
from inpaint_zoo.benchmark.measure import Plan, Result, measure
from inpaint_zoo.benchmark.rate import MachineRate
from inpaint_zoo.benchmark.record import csv_text, json_text
from inpaint_zoo.benchmark.subject import PRECISIONS, Case
from inpaint_zoo.benchmark.table import markdown, notes, terminal_tables
from inpaint_zoo.checks import true_or_false
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import writable_folder, write_text
from inpaint_zoo.files.outputs import refuse_replacing
from inpaint_zoo.tables import terminal

_NAMES = ("benchmark.md", "benchmark.csv", "benchmark.json")


def run(config: DictConfig) -> None:
    """Measure every model, print the tables and, with `output`, write `benchmark.md`, `.csv` and `.json`."""
    quiet_libraries()
    plan = Plan(_count(config, "calls", 0), config.steps, config.memory)
    threads = None if config.threads is None else _count(config, "threads", 1)
    cases = _cases(config)
    for case in cases:
        case.check(plan.steps)
    earlier = None if config.against is None else read_earlier(Path(config.against).expanduser())
    folder = None if config.output is None else writable_folder(config.output)
    if folder is not None:
        refuse_replacing([folder / name for name in _NAMES], force=config.force)
    with num_threads(threads):
        rate = MachineRate()
        results = [measure(case, plan, rate, _say) for case in cases]
        machine = describe_machine(rate.best)
    _show(results, machine, earlier)
    if folder is not None:
        _write(results, machine, folder)


def _show(results: list[Result], machine: Machine, earlier: Earlier | None) -> None:
    console = Console(highlight=False)
    for table in terminal_tables(results):
        console.print(table)
    if earlier is not None:
        console.print(terminal(against_table(results, machine, earlier)))
    for line in [*machine.lines(), *notes(results)]:
        console.print(line, markup=False)


def _write(results: list[Result], machine: Machine, folder: Path) -> None:
    page, calls, values = (folder / name for name in _NAMES)
    write_text(page, markdown(results, machine))
    write_text(calls, csv_text(results))
    write_text(values, json_text(results, machine))
    print(f"results: {page} (every call: {calls.name}, {values.name})")


def _cases(config: DictConfig) -> list[Case]:
    names = list(config.models) if isinstance(config.models, ListConfig) else [config.models]
    if not names:
        raise InputError("models is empty: name at least one, for example 'models=[misf]'.")
    precision = str(config.precision)
    if precision not in PRECISIONS:
        raise InputError(f"precision is one of {', '.join(PRECISIONS)}; got {precision}.")
    network = {str(key): value for key, value in config.network.items() if value is not None}
    size, batch_size = _count(config, "size", 1), _count(config, "batch_size", 1)
    recomputes = true_or_false(config.activation_checkpointing, "activation_checkpointing")
    return [Case(str(name), size, batch_size, precision, network, recomputes) for name in names]


def _count(config: DictConfig, key: str, least: int) -> int:
    value = config[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InputError(f"{key} is {value!r}: give a whole number, {least} or more.")
    return value


def _say(line: str) -> None:
    # progress goes where the tables do not
    print(line, file=sys.stderr, flush=True)
