"""The tables of a study: one a metric, variants by bins of the hole ratio, with what the paper reports beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from inpaint_zoo.evaluation.significance import FEWEST
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.jobs.ablation.estimates import Mean, Scores, scores_of
from inpaint_zoo.jobs.ablation.published import Quoted
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, RATIO_BINS
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.tables import WIDTH, Cell, Column, Row, Table, csv_text, section, terminal

METRICS = (
    Column("hole_psnr", "PSNR hole", 2, higher_is_better=True),
    Column("psnr", "PSNR", 2, higher_is_better=True),
    Column("ssim", "SSIM", 3, higher_is_better=True),
    Column("lpips", "LPIPS", 3, higher_is_better=False),
)
"""What a study reports."""
BINS = (*RATIO_BINS, ALL)
DIFFERENCE = "difference "
"""Keys of columns with differences begin with this."""


def tables_of(
    records: Sequence[Record], methods: Mapping[str, Sequence[str]], reference: str, quoted: Quoted | None
) -> list[Table]:
    """A table for every metric that was measured.

    Args:
        records: Of the comparison.
        methods: The methods of each variant, one a seed.
        reference: The variant that the others are compared with.
        quoted: The paper's table.
    """
    made = []
    for metric in METRICS:
        scores = {name: scores_of(records, methods, metric.key, name) for name in BINS}
        bins = {name: found for name, found in scores.items() if found and found.mean(reference)}
        if bins:
            made.append(_table(metric, bins, list(methods), reference))
            made += [found] if quoted and (found := _quoted_table(metric, quoted)) else []
    return made


def _table(metric: Column, bins: Mapping[str, Scores], variants: Sequence[str], reference: str) -> Table:
    means = {name: {each: _value(scores.mean(each)) for each in variants} for name, scores in bins.items()}
    best = {name: metric.best(own) for name, own in means.items()}
    rows: list[Row] = []
    for variant in variants:
        cells = [
            Cell(metric.show(own[variant]), "" if own[variant] is None else str(own[variant]), variant in best[name])
            for name, own in means.items()
        ]
        differences = [_signed(metric, scores.difference(variant, reference)) for scores in bins.values()]
        rows.append([variant, *cells, *(["" for _ in bins] if variant == reference else differences)])
    columns = [Column("variant", "variant", is_text=True), *(Column(name, BIN_TITLES[name]) for name in bins)]
    columns += [Column(f"{DIFFERENCE}{name}", f"difference, {BIN_TITLES[name]}", is_text=True) for name in bins]
    note = (
        f"Difference to {reference}, with the 95 % interval of a bootstrap that draws photographs and seeds; without, "
        f"there are too few photographs, fewer than {FEWEST}. The best mean is bold."
    )
    return Table(metric.heading, columns, rows, note=note)


def _quoted_table(metric: Column, quoted: Quoted) -> Table | None:
    """What the paper reports of a metric; None if that is nothing."""
    shown = [name for name in BINS if any(quoted.number(each, metric.key, name) is not None for each in quoted.rows)]
    if not shown:
        return None
    numbers = {variant: [quoted.number(variant, metric.key, name) for name in shown] for variant in quoted.rows}
    rows = [[variant, *(metric.show(number) for number in row)] for variant, row in numbers.items()]
    columns = [Column("variant", "variant", is_text=True), *(Column(name, BIN_TITLES[name]) for name in shown)]
    note = f"Quoted, not measured here, and not comparable: {quoted.source}"
    return Table(f"{metric.title} in the paper", columns, rows, note=note)


def _value(mean: Mean | None) -> float | None:
    return None if mean is None else mean.value


def _signed(metric: Column, difference: Mean | None) -> str:
    if difference is None:
        return ""
    interval = f" [{', '.join(map(metric.show_signed, difference.interval))}]" if difference.interval else ""
    return f"{metric.show_signed(difference.value)}{interval}"


def write(folder: Path, tables: Sequence[Table], title: str) -> None:
    """Write all tables as `ablation.md` and `ablation.csv`."""
    parts = [f"{section(table)}\n{table.note}\n" for table in tables]
    write_text(folder / "ablation.md", f"# {title}\n\n" + "\n".join(parts))
    write_text(folder / "ablation.csv", "\n".join(f"{table.title}\n{csv_text(table)}" for table in tables))


def show(tables: Sequence[Table]) -> None:
    """Print the tables at 80 columns, with the differences over all images only."""
    console = Console(width=WIDTH, highlight=False)
    for table in tables:
        keys = [column.key for column in table.columns if column.key.startswith(DIFFERENCE)]
        console.print(terminal(table.without(*keys[:-1])))
