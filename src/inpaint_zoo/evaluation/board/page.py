"""The page of a board: one table of all methods with groups that cannot be told apart, costs, cards and checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from inpaint_zoo.bundles import list_bundles, packaged_card, packaged_weights
from inpaint_zoo.evaluation.board.entries import Entry, plain
from inpaint_zoo.evaluation.report import ProtocolCard, Report, csv_table
from inpaint_zoo.evaluation.report.columns import COST_COLUMNS, MAIN_COLUMNS, METHOD
from inpaint_zoo.evaluation.report.estimates import estimate_text, has_too_few, p_text
from inpaint_zoo.evaluation.report.notes import CORRECTION, estimate_notes
from inpaint_zoo.evaluation.report.page_tables import leak
from inpaint_zoo.evaluation.report.rows import COLUMN_BINS, columns_with_values, num_images
from inpaint_zoo.evaluation.report.tables import bin_table, exact, set_columns
from inpaint_zoo.evaluation.significance import FEWEST, SIGNIFICANCE, Estimate, estimates_of
from inpaint_zoo.files.atomic import write_bytes, write_text
from inpaint_zoo.files.hashing import file_hash
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES
from inpaint_zoo.metrics.records import Record, SummaryRow, summarise
from inpaint_zoo.pages import page_environment
from inpaint_zoo.tables import MISSING, TIE_SIGN, Cell, Column, Table, html

PAGE, TABLE = "board.html", "table.csv"


@dataclass(frozen=True)
class Board:
    """What a page shows."""

    title: str
    entries: Sequence[Entry]
    records: Sequence[Record]
    """Of every method, each method once."""
    cards: Mapping[str, str]
    """Text of the cards that a user gives, by the method's name."""

    @property
    def owners(self) -> Mapping[str, Entry]:
        """The first entry of each method."""
        return {title: entry for entry in reversed(self.entries) for title in entry.titles}


def write_board(board: Board, folder: Path) -> list[Path]:
    """Write `board.html`, and the means with all that belongs to them as `table.csv`.

    Raises:
        InputError: The folder cannot be written.
    """
    report, rows = _report(board), summarise(board.records)
    environment = page_environment(Path(__file__).parent / "page")
    environment.filters |= {"table": html}
    chunks = environment.get_template("board.html.j2").generate(_context(board, report, rows))
    write_bytes(folder / PAGE, (chunk.encode("utf-8", "backslashreplace") for chunk in chunks))
    write_text(folder / TABLE, csv_table(report))
    return [folder / PAGE, folder / TABLE]


def _report(board: Board) -> Report:
    protocol, owners = board.entries[0].protocol, board.owners
    titles = list(dict.fromkeys(record.method for record in board.records))
    return Report(
        title=board.title,
        records=board.records,
        cases=[],
        protocol=ProtocolCard(protocol.name, protocol.describe(), protocol.leaks),
        costs={title: cost for title in titles if (cost := owners[title].results.costs.get(title)) is not None},
        set_scores={title: own for title in titles if (own := _set_scores(owners[title], title))},
        estimates=estimates_of(board.records, bins=(ALL,), metrics=[column.key for column in MAIN_COLUMNS]),
    )


def _set_scores(entry: Entry, title: str) -> dict[str, float]:
    own = (entry.results.set_scores or {}).get(title, {})
    return {key: value for key, value in own.items() if value is not None}


def _context(board: Board, report: Report, rows: Sequence[SummaryRow]) -> dict[str, Any]:
    titles, owners = list(dict.fromkeys(record.method for record in board.records)), board.owners
    anchors = {title: f"method-{number}" for number, title in enumerate(titles, 1)}
    main = _linked(_with_more(report, _main_table(report, rows)), anchors)
    bins = [name for name in COLUMN_BINS if name != ALL and num_images(rows, name)]
    return {
        "report": report,
        "num_images": num_images(rows, ALL),
        "num_files": len(board.entries),
        "titles": titles,
        "main": main,
        "bins": [_linked(_bin_table(report, rows, name), anchors) for name in bins],
        "methods": [_described(title, owners[title], anchors[title], board.cards) for title in titles],
        "significance": SIGNIFICANCE,
        "fewest": FEWEST,
        "correction": CORRECTION,
        "tie_sign": TIE_SIGN,
        "notes": estimate_notes(report),
    }


def _main_table(report: Report, rows: Sequence[SummaryRow]) -> Table:
    def below(_: str, column: Column, estimate: Estimate | None) -> dict[str, str]:
        shown = estimate_text(column, estimate)
        found = estimate and estimate.difference
        p = f"p {p_text(found.p)}" if found and found.p is not None else ""
        return {key: text for key, text in (("interval", shown), ("p", p)) if text}

    table = bin_table(report, rows, ALL, _columns(rows), below)
    lines = [[one, *(replace(cell, tied=cell.tied and not cell.best) for cell in own)] for one, *own in table.cells()]
    few = ", too few photographs" if has_too_few(report, ALL) else ""
    note = f"{_images(rows, ALL)}{few}"
    return replace(table, title="All images", rows=lines, subtitle=leak(report), note=note)


def _bin_table(report: Report, rows: Sequence[SummaryRow], name: str) -> Table:
    table = bin_table(report, rows, name, _columns(rows), lambda *_: {})
    title = f"{BIN_TITLES[name]} hole" if name != "none" else "No hole"
    return replace(table, title=title, subtitle=leak(report), note=_images(rows, name))


def _columns(rows: Sequence[SummaryRow]) -> list[Column]:
    """The metrics that a method has; their regions are not chosen on this page."""
    everything = [row for row in rows if row.bin == ALL]
    return [column._replace(kind="") for column in columns_with_values(everything, MAIN_COLUMNS)]


def _images(rows: Sequence[SummaryRow], name: str) -> str:
    number = num_images(rows, name)
    return f"{number} image{'' if number == 1 else 's'}"


def _with_more(report: Report, table: Table) -> Table:
    """Add metrics of the whole set and costs."""
    sets, costs = set_columns(report), {title: asdict(cost) for title, cost in report.costs.items()}
    priced = [column for column in COST_COLUMNS if any(own[column.key] is not None for own in costs.values())]
    lines = []
    for head, *cells in table.cells():
        scores, cost = report.set_scores.get(head.shown, {}), costs.get(head.shown, {})
        values = [(column, scores.get(column.key)) for column in sets]
        values += [(column, cost.get(column.key)) for column in priced]
        lines.append([head, *cells, *(Cell(column.show(value), exact(value)) for column, value in values)])
    return replace(table, columns=(METHOD, *table.columns[1:], *sets, *priced), rows=lines)


def _linked(table: Table, anchors: Mapping[str, str]) -> Table:
    lines = [[replace(head, link=f"#{anchors[head.shown]}"), *cells] for head, *cells in table.cells()]
    return replace(table, rows=lines)


def _described(title: str, entry: Entry, anchor: str, cards: Mapping[str, str]) -> dict[str, Any]:
    """What is known of a method, as plain texts."""
    identity, settings = entry.results.labels["methods"][title], entry.results.settings
    cost = entry.results.costs.get(title)
    shown = {} if cost is None else {column.title: column.show(asdict(cost)[column.key]) for column in COST_COLUMNS}
    return {
        "title": title,
        "anchor": anchor,
        "file": f"{entry.path.parent.name}/{entry.path.name}",
        "facts": {
            **{key: plain(value) for key, value in identity.items()},
            "inpaint-zoo": plain(entry.complete.report.versions.get("inpaint-zoo", MISSING)),
            "precision": plain(settings.get("precision", "float32")),
        },
        "cost": {name: text for name, text in shown.items() if text != MISSING},
        "checked": entry.checked,
        "not_checked": entry.not_checked,
        "card": cards.get(title) or _packaged_card(identity.get("weights")),
        "notes": [plain(note) for note in entry.complete.report.notes[:20]],
    }


def _packaged_card(weights: str | None) -> str:
    """The card of a packaged network, by the hash of its weights; empty for others."""
    for model in list_bundles():
        path = packaged_weights(model)
        if path is not None and weights == file_hash(path):
            return packaged_card(model).read_text(encoding="utf-8")
    return ""
