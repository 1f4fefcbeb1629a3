"""The tables of a comparison as Markdown whose source reads as tables, too."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, FINE_RATIO_BINS, NO_HOLE
from inpaint_zoo.metrics.records import SummaryRow, summarise
from inpaint_zoo.report.certain import (
    TIE_SIGN,
    certainty_of,
    interval_text,
    is_tied,
    p_text,
    set_columns,
    set_value,
    signed_interval_text,
)
from inpaint_zoo.report.columns import (
    HOLE_COLUMNS,
    IMAGE_COLUMNS,
    KNOWN_COLUMNS,
    KNOWN_L1,
    MAIN_COLUMNS,
    MISSING,
    Column,
)
from inpaint_zoo.report.notes import protocol_line, reader_notes
from inpaint_zoo.report.report import Report
from inpaint_zoo.report.rows import (
    COLUMN_BINS,
    columns_with_values,
    distance,
    means_of,
    methods_of,
    num_pictures,
)

_MARKDOWN_SIGNS = str.maketrans({sign: f"\\{sign}" for sign in "\\|*`[]<>~"} | {"\n": " ", "\r": " "})
_FINE_BINS = (*FINE_RATIO_BINS, NO_HOLE)
_Lines = list[list[str]]


def markdown_table(report: Report) -> str:
    """Means by bin, differences to the best, known pixels, metrics of the whole set, means per 10 %, and notes.

    Every table has a heading that names the protocol; a table without content is left out. The best of a bin stands in
    bold, and a method that is not told apart from it has a dagger.
    """
    rows = summarise(report.records)
    sections = {
        "Means by share of hole pixels, with 95 % intervals": _by_bin(report, rows),
        "Differences to the best, all pictures": _differences(report, rows),
        "Known pixels, all pictures": _known_pixels(report, rows),
        "All pictures together": _sets(report, rows),
        "Means for every 10 % of hole pixels, with 95 % intervals": _by_fine_bin(report, rows),
    }
    protocol = protocol_line(report)
    parts = [
        f"## {title}{f' ({_plain(protocol)})' if protocol else ''}\n\n" + "\n".join(_aligned(lines))
        for title, lines in sections.items()
        if len(lines) > 1
    ]
    notes = "\n".join(f"- {_plain(note)}" for note in reader_notes(report, rows))
    return "\n\n".join([*parts, f"## Notes\n\n{notes}"]) + "\n"


def _by_bin(report: Report, rows: Sequence[SummaryRow]) -> _Lines:
    """A block of rows a metric, a row a method, a column a bin; last the distance to the reference."""
    lines = [["Metric", "Method", *(BIN_TITLES[name] for name in COLUMN_BINS)]]
    lines.append(["Pictures", "", *(str(num_pictures(rows, name) or "no pictures") for name in COLUMN_BINS)])
    for column in columns_with_values(rows, (*HOLE_COLUMNS, *IMAGE_COLUMNS)):
        cells = {name: _cells(report, rows, name, column) for name in COLUMN_BINS}
        own = [[_plain(method), *(cells[name][method] for name in COLUMN_BINS)] for method in methods_of(rows)]
        lines += _titled(column.heading, own)
    if report.reference is not None:
        reference = report.reference
        others = [method for method in methods_of(rows) if method != reference]
        own = [[_plain(one), *(distance(rows, one, reference, name) for name in COLUMN_BINS)] for one in others]
        lines += _titled(f"PSNR hole − {_plain(reference)}", own)
    return lines


def _cells(report: Report, rows: Sequence[SummaryRow], bin_name: str, column: Column) -> dict[str, str]:
    """Mean, interval and sign of a tie by method."""
    means = means_of(rows, bin_name, column)
    best = column.best(means)
    cells = {}
    for method, mean in means.items():
        certainty = certainty_of(report, bin_name, method, column)
        shown = f"**{column.show(mean)}**" if method in best else column.show(mean)
        interval = f" {interval_text(column, certainty.interval)}" if certainty else ""
        cells[method] = shown + interval + (TIE_SIGN if is_tied(certainty) else "")
    return cells


def _differences(report: Report, rows: Sequence[SummaryRow]) -> _Lines:
    """A row for every method that is not the best, a block a metric."""
    lines = [["Metric", "Method", "Difference", "95 % interval", "p", "Told apart", "Best"]]
    for column in columns_with_values(rows, (*HOLE_COLUMNS, *IMAGE_COLUMNS)):
        own = []
        for method in methods_of(rows):
            certainty = certainty_of(report, ALL, method, column)
            if certainty is None or certainty.difference is None:
                continue
            found = certainty.difference
            numbers = [
                column.show_signed(found.value),
                signed_interval_text(column, found.interval),
                _plain(p_text(found.p)),
            ]
            verdict = "yes" if found.told_apart else f"no {TIE_SIGN}"
            own.append([_plain(method), *numbers, verdict, _plain(found.to)])
        lines += _titled(column.heading, own)
    return lines


def _known_pixels(report: Report, rows: Sequence[SummaryRow]) -> _Lines:
    """What methods did to the pixels that were not theirs to change."""
    columns = columns_with_values(rows, KNOWN_COLUMNS)
    if not columns:
        return []
    lines = [["Method", "Known pixels", *(column.heading for column in columns)]]
    errors = means_of(rows, ALL, KNOWN_L1)
    for method in methods_of(rows):
        verdict = MISSING if errors[method] is None else "changed" if errors[method] else "zero error"
        lines.append(
            [_plain(method), verdict, *(column.show(means_of(rows, ALL, column)[method]) for column in columns)]
        )
    return lines


def _sets(report: Report, rows: Sequence[SummaryRow]) -> _Lines:
    columns = set_columns(report)
    if not columns:
        return []
    lines = [["Method", "Pictures", *(column.heading for column in columns)]]
    pictures = {row.method: row.num_pictures for row in rows if row.bin == ALL}
    for method in methods_of(rows):
        lines.append(
            [_plain(method), str(pictures[method]), *(set_value(report, method, column) for column in columns)]
        )
    return lines


def _by_fine_bin(report: Report, rows: Sequence[SummaryRow]) -> _Lines:
    """A block of rows a metric, a row a bin, a column a method; bins without pictures stand in the first block only."""
    methods = methods_of(rows)
    lines = [["Metric", "Hole", "Pictures", *map(_plain, methods)]]
    for column in columns_with_values(rows, MAIN_COLUMNS):
        own = []
        for name in _FINE_BINS:
            count = num_pictures(rows, name)
            if count:
                cells = _cells(report, rows, name, column)
                own.append([BIN_TITLES[name], str(count), *(cells[method] for method in methods)])
            elif len(lines) == 1:
                own.append([BIN_TITLES[name], "no pictures", *(MISSING for _ in methods)])
        lines += _titled(column.heading, own)
    return lines


def _titled(title: str, lines: _Lines) -> _Lines:
    """Lines of one block; its title stands in the first."""
    return [["" if number else title, *line] for number, line in enumerate(lines)]


def _plain(text: str) -> str:
    """Text without Markdown signs or line breaks."""
    return text.translate(_MARKDOWN_SIGNS)


def _width(text: str) -> int:
    """Columns of a terminal that a text takes; wide East Asian characters take two."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WF") for sign in text)


def _aligned(lines: Sequence[Sequence[str]]) -> list[str]:
    """Markdown rows padded to one width, so that the source reads as a table; numbers stand at the right."""
    widths = [max(_width(cell) for cell in cells) for cells in zip(*lines, strict=True)]
    join: Callable[[Sequence[str]], str] = lambda cells: f"| {' | '.join(cells)} |"  # noqa: E731

    def padded(cells: Sequence[str]) -> list[str]:
        gaps = [" " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
        return [cell + gap if i < 2 else gap + cell for i, (cell, gap) in enumerate(zip(cells, gaps, strict=True))]

    rule = ["-" * width if i < 2 else "-" * (width - 1) + ":" for i, width in enumerate(widths)]
    return [join(padded(lines[0])), join(rule), *(join(padded(line)) for line in lines[1:])]
