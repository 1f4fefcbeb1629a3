"""The numbers for the plots and lists of the page, as one JSON object."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS, COST_COLUMNS, SET_COLUMNS
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.images import Case
from inpaint_zoo.evaluation.report.rows import methods_of, rows_of_bin
from inpaint_zoo.metrics.bins import ALL
from inpaint_zoo.metrics.records import Record, SummaryRow
from inpaint_zoo.tables import Column, printable

INFINITE = "inf"
"""Represents infinity, for which JSON has no number; a method may still have this name."""
_DIGITS = 6


def page_data(report: Report, cases: Sequence[Case], rows: Sequence[SummaryRow]) -> dict[str, Any]:
    """Collect the data of the page's scripts.

    Returns:
        `methods` (their names); `columns`, `setColumns` and `costColumns` (titles and scales of metrics, metrics of the
        whole set, and costs); `images` (each with `name`, `ratio`, `place` on the page or None, and
        `values[column][method]`); `means[column][method]`, `intervals[column][method]`, `setScores[column][method]`
        and `costs[column][method]`. Values are not scaled; a missing one is None.
    """
    methods = methods_of(rows)
    everything = {row.method: row for row in rows_of_bin(rows, ALL)}
    costs = {method: asdict(cost) for method, cost in report.costs.items()}
    return {
        "methods": [{"name": method} for method in methods],
        "columns": [_described(column) for column in ALL_COLUMNS],
        "setColumns": [_described(column) for column in SET_COLUMNS],
        "costColumns": [_described(column) for column in COST_COLUMNS],
        "images": _images(report.records, methods, {case.name: place for place, case in enumerate(cases, 1)}),
        "means": [[_number(everything[method].means[column.key]) for method in methods] for column in ALL_COLUMNS],
        "intervals": [[_interval(report, method, column.key) for method in methods] for column in ALL_COLUMNS],
        "setScores": [_values(report.set_scores, methods, column.key) for column in SET_COLUMNS],
        "costs": [_values(costs, methods, column.key) for column in COST_COLUMNS],
    }


def _described(column: Column) -> dict[str, Any]:
    return {
        "title": column.title,
        "digits": column.digits,
        "scale": column.scale,
        "high": column.higher_is_better,
    }


def _images(records: Sequence[Record], methods: Sequence[str], places: Mapping[str, int]) -> list[dict[str, Any]]:
    by_name: dict[str, dict[str, Record]] = {}
    for record in records:
        by_name.setdefault(record.name, {})[record.method] = record
    return [
        {
            "name": printable(name),
            "ratio": _number(next(iter(own.values())).ratio),
            "place": places.get(name),
            "values": [
                [_number(own[method].metrics[column.key]) if method in own else None for method in methods]
                for column in ALL_COLUMNS
            ],
        }
        for name, own in by_name.items()
    ]


def _values(
    values: Mapping[str, Mapping[str, float | None]], methods: Sequence[str], key: str
) -> list[float | str | None]:
    return [_number(values.get(method, {}).get(key)) for method in methods]


def _interval(report: Report, method: str, key: str) -> list[float | str | None] | None:
    estimate = report.estimates.get((ALL, method, key))
    return [_number(limit) for limit in estimate.interval] if estimate and estimate.interval else None


def _number(value: float | None) -> float | str | None:
    """A number rounded to the digits that plots and lists show."""
    if value is None or math.isfinite(value):
        return None if value is None else float(f"{value:.{_DIGITS}g}")
    return INFINITE
