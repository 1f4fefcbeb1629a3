"""Methods that were trained with several seeds, `NAME@SEED`: their mean and standard deviation."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterable, Mapping, Sequence

from inpaint_zoo.evaluation.report.columns import METHOD, METRIC
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.notes import protocol_line
from inpaint_zoo.evaluation.report.rows import columns_with_values, means_of, methods_of
from inpaint_zoo.metrics.bins import BIN_TITLES
from inpaint_zoo.metrics.records import SummaryRow
from inpaint_zoo.tables import MISSING, Column, Table

_SEEDED = re.compile(r"(.+)@(\d+)")


def seeded(methods: Iterable[str]) -> dict[str, list[str]]:
    """The methods with at least two seeds, by their common name.

    Examples:
        >>> seeded(["misf@0", "misf@1", "telea", "madf@0"])
        {'misf': ['misf@0', 'misf@1']}
    """
    found: dict[str, list[str]] = {}
    for method in methods:
        if match := _SEEDED.fullmatch(method):
            found.setdefault(match[1], []).append(method)
    return {name: own for name, own in found.items() if len(own) > 1}


def seeds_table(report: Report, rows: Sequence[SummaryRow], bins: Sequence[str], columns: Iterable[Column]) -> Table:
    """Means over seeds ± their standard deviation, one group of rows per metric, one column per bin.

    No rows where no method has two seeds.
    """
    lines = [
        [
            column.heading,
            f"{name} ({len(own)} seeds)",
            *(_over(means_of(rows, each, column), own, column) for each in bins),
        ]
        for column in columns_with_values(rows, columns)
        for name, own in seeded(methods_of(rows)).items()
    ]
    heads = (METRIC, METHOD, *(Column(name, BIN_TITLES[name]) for name in bins))
    return Table("Means over seeds ± standard deviation", heads, lines, protocol_line(report))


def over_seeds(rows: Sequence[SummaryRow], bin_name: str, columns: Iterable[Column]) -> list[list[str]]:
    """The same for one bin: one row per method, one text per metric."""
    return [
        [f"{name} ({len(own)} seeds)", *(_over(means_of(rows, bin_name, column), own, column) for column in columns)]
        for name, own in seeded(methods_of(rows)).items()
    ]


def _over(means: Mapping[str, float | None], methods: Sequence[str], column: Column) -> str:
    """`24.31 ± 0.05`: the standard deviation is that of a sample (over N − 1)."""
    values = [value for method in methods if (value := means.get(method)) is not None]
    if len(values) < len(methods):
        return MISSING
    return f"{column.show(statistics.fmean(values))} ± {column.show(statistics.stdev(values))}"
