"""Means over seeds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from inpaint_zoo.evaluation.report import Report, markdown_table, terminal_tables
from inpaint_zoo.evaluation.report.columns import PSNR
from inpaint_zoo.evaluation.report.latex import latex_column, latex_table
from inpaint_zoo.evaluation.report.seeds import over_seeds, seeds_table
from inpaint_zoo.metrics import Record
from inpaint_zoo.metrics.bins import ALL
from inpaint_zoo.metrics.records import summarise


def with_seeds(report: Report, *names: str) -> Report:
    """The fills of a report as methods of these names, each with other numbers."""
    base = [record for record in report.records if record.method == "mean"]
    records: list[Record] = []
    for shift, name in enumerate(names):
        records += [
            replace(record, method=name, metrics={**record.metrics, "psnr": (record.metrics["psnr"] or 0) + shift**2})
            for record in base
        ]
    return replace(report, records=records, cases=[], reference=None, costs={}, set_scores={}, estimates={})


def test_mean_and_standard_deviation_are_those_of_numpy(report: Report) -> None:
    seeds = with_seeds(report, "a@0", "a@1", "a@17", "b@0", "c")
    rows = summarise(seeds.records)
    means = [row.means["psnr"] or 0 for row in rows if row.bin == ALL and row.method.startswith("a@")]
    expected = f"{np.mean(means):.2f} ± {np.std(means, ddof=1):.2f}"
    assert over_seeds(rows, ALL, [PSNR]) == [["a (3 seeds)", expected]]
    (line,) = seeds_table(seeds, rows, [ALL], [PSNR]).rows
    assert line == ["PSNR ↑", "a (3 seeds)", expected]


def test_every_table_has_them(report: Report) -> None:
    seeds = with_seeds(report, "a@0", "a@1", "b")
    assert "Means over seeds ± standard deviation" in markdown_table(seeds)
    assert any("seeds" in str(table.title) for table in terminal_tables(seeds))
    for text in (latex_table(seeds), latex_column(seeds)):
        assert r"a (2 seeds) &" in text
        assert r"$\pm$" in text


def test_without_seeds_there_are_none(report: Report) -> None:
    assert "seeds" not in markdown_table(with_seeds(report, "a@0", "b@1", "c@x", "c@y"))
