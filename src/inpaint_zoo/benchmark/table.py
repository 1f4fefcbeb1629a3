"""Results as tables: for the terminal within 80 columns, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import rich.table

from inpaint_zoo.benchmark.machine import Machine
from inpaint_zoo.benchmark.measure import Pass, Result
from inpaint_zoo.benchmark.memory import STEP_BATCH_SIZES
from inpaint_zoo.tables import MISSING, Column, Table, section, terminal
from inpaint_zoo.tables.markdown import escaped

MARK = "*"
FORWARD_HEADINGS = ("Model", "Parameters", "GFLOP", "Seconds", "Cost", "Interval", "Kept", "Discarded")
STEP_HEADINGS = ("Model", "Beside it", *FORWARD_HEADINGS[2:])
MEMORY_HEADINGS = (*(f"Step, batch {size}" for size in STEP_BATCH_SIZES), "Per image")


def grids(results: Sequence[Result]) -> list[Table]:
    """Forward passes, train steps and memory; only what was measured."""
    case = results[0].case
    precision = {"32": "float32", "bf16": "bfloat16 autocast"}[case.precision]
    where = f"{case.size}x{case.size}, {precision}"
    step_where = f"{where}, activation checkpointing" if case.activation_checkpointing else where
    forward = [_pass_row(result, result.forward) for result in results]
    steps = [_pass_row(result, result.step) for result in results if result.step is not None]
    memory = [_memory_row(result) for result in results if result.memory is not None]
    memory_headings = ("Model", f"Forward, batch {case.batch_size}", *MEMORY_HEADINGS)
    made = [
        (f"Forward pass, {where}, batch {case.batch_size}", FORWARD_HEADINGS, forward),
        (f"Train step, {step_where}, batch {case.batch_size}", STEP_HEADINGS, steps),
        (f"Peak memory in MB, {step_where}", memory_headings[: len(memory[0]) if memory else None], memory),
    ]
    return [Table(title, _columns(headings), rows) for title, headings, rows in made if rows]


def _columns(headings: Sequence[str]) -> list[Column]:
    model, *numbers = headings
    return [Column(model, model, is_text=True), *(Column(heading, heading) for heading in numbers)]


def _pass_row(result: Result, measured: Pass) -> list[str]:
    timing = measured.timing
    costs = timing.costs(measured.listed)
    short = not timing.is_complete
    share = timing.discarded_share
    return [
        result.case.model,
        f"{measured.num_parameters:,}",
        f"{measured.gflop:.1f}",
        _number(timing.seconds, ".3f"),
        _number(_median(costs), ".2f"),
        f"{costs[0]:.2f}–{costs[-1]:.2f}" if costs else MISSING,
        f"{len(timing.kept)}/{timing.wanted}{MARK if short else ''}" if timing.wanted else MISSING,
        _number(share, ".0%"),
    ]


def _memory_row(result: Result) -> list[str]:
    memory = result.memory
    assert memory is not None
    steps = (*memory.steps, memory.per_image) if memory.steps else ()
    return [result.case.model, *(_number(value, ",.0f") for value in (memory.forward, *steps))]


def _median(values: Sequence[float]) -> float | None:
    middle = len(values) // 2  # the values come sorted
    if not values:
        return None
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2


def _number(value: float | None, form: str) -> str:
    return MISSING if value is None else format(value, form)


def notes(results: Sequence[Result]) -> list[str]:
    """What a reader of the tables must know."""
    lines = ["Cost: seconds x machine rate / listed GFLOP of the published network, 1 is its arithmetic floor;"]
    lines[0] += " Interval: least and greatest cost of the kept calls. GFLOP: counted in this implementation."
    passes = _passes(results)
    if any(measured.listed is None and measured.timing.wanted for measured in passes):
        lines.append("There is no cost: listed GFLOP exist for 256x256, batch 1 and published sizes only.")
    if any(result.step is not None for result in results):
        lines.append("A step is all losses (the loss network has random weights), backward and optimizer, no data.")
    if any(not measured.timing.is_complete for measured in passes):
        lines.append(
            f"{MARK} The machine was not steady enough: fewer calls were kept than asked for. What is shown rests on "
            "those alone."
        )
    if any(result.memory is not None for result in results):
        lines.append("Memory: peak resident set of a fresh process, libraries and weights included; MB = 10^6 bytes.")
    if any(MISSING in _memory_row(result) for result in results if result.memory is not None):
        lines.append(f"Memory {MISSING}: the machine had too little, or does not tell.")
    return lines


def _passes(results: Iterable[Result]) -> list[Pass]:
    return [measured for result in results for measured in (result.forward, result.step) if measured is not None]


def terminal_tables(results: Sequence[Result]) -> list[rich.table.Table]:
    """The tables, each within 80 columns."""
    return [terminal(grid) for grid in grids(results)]


def markdown(results: Sequence[Result], machine: Machine) -> str:
    """All tables, the machine and the notes."""
    about = "".join(f"- {escaped(line)}\n" for line in machine.lines())
    remarks = "".join(f"- {escaped(note)}\n" for note in notes(results))
    return "\n".join(["# Benchmark\n", about, *(section(grid) for grid in grids(results)), remarks])
