"""Results as data: every call, kept or discarded, as CSV; everything as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from inpaint_zoo.benchmark.machine import Machine
from inpaint_zoo.benchmark.measure import Pass, Result
from inpaint_zoo.tables import Column, Table
from inpaint_zoo.tables import csv_text as csv_of

COLUMNS = ("model", "pass", "call", "kept", "seconds", "rate_before", "rate_after", "listed_gflop", "cost")


def csv_text(results: Sequence[Result]) -> str:
    """A line per timed call, unrounded; rates in GFLOP/s; cost is empty where no listed figure applies."""
    rows = []
    for result in results:
        for measured in filter(None, (result.forward, result.step)):
            calls = [{"model": result.case.model, **call} for call in _calls(measured)]
            rows += [["" if call[key] is None else str(call[key]) for key in COLUMNS] for call in calls]
    return csv_of(Table("calls", [Column(key, key) for key in COLUMNS], rows))


def json_text(results: Sequence[Result], machine: Machine) -> str:
    """The machine and every result with its calls; nothing is rounded, what was not measured is null."""
    content = {"machine": asdict(machine), "results": [_result(result) for result in results]}
    return json.dumps(content, indent=1) + "\n"


def _result(result: Result) -> dict[str, Any]:
    memory = result.memory
    return {
        "case": asdict(result.case),
        "forward": _pass(result.forward),
        "step": None if result.step is None else _pass(result.step),
        "memory_mb": None if memory is None else {**asdict(memory), "per_image": memory.per_image},
    }


def _pass(measured: Pass) -> dict[str, Any]:
    timing = measured.timing
    return {
        "num_parameters": measured.num_parameters,
        "gflop": measured.gflop,
        "listed_gflop": measured.listed,
        "wanted": timing.wanted,
        "num_kept": len(timing.kept),
        "discarded_share": timing.discarded_share,
        "seconds": timing.seconds,
        "costs": timing.costs(measured.listed),
        "calls": list(_calls(measured)),
    }


def _calls(measured: Pass) -> Iterator[dict[str, Any]]:
    for number, call in enumerate(measured.timing.calls):
        yield {
            "pass": measured.name,
            "call": number,
            "kept": call.is_steady(measured.timing.best),
            "seconds": call.seconds,
            "rate_before": call.rate_before,
            "rate_after": call.rate_after,
            "listed_gflop": measured.listed,
            "cost": None if measured.listed is None else call.cost(measured.listed),
        }
