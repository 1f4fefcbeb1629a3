"""A self-contained HTML page: tables by bin, plots, and for every image all methods side by side with a slider."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS, COST_COLUMNS
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.error_map import ERROR_SCALE, legend_stops
from inpaint_zoo.evaluation.report.figures import WEBP_QUALITY, display_size, rows_of_images
from inpaint_zoo.evaluation.report.images import choose_spread
from inpaint_zoo.evaluation.report.notes import CORRECTION, reader_notes
from inpaint_zoo.evaluation.report.page_data import page_data
from inpaint_zoo.evaluation.report.page_tables import all_tables, leak
from inpaint_zoo.evaluation.report.region import ZOOM
from inpaint_zoo.evaluation.report.rows import COLUMN_BINS, methods_of
from inpaint_zoo.evaluation.report.seeds import seeds_table
from inpaint_zoo.evaluation.report.tables import plain_table, set_columns
from inpaint_zoo.evaluation.significance import FEWEST, SIGNIFICANCE
from inpaint_zoo.files.atomic import write_bytes
from inpaint_zoo.metrics.bins import BIN_TITLES, BINS, FINE_RATIO_BINS
from inpaint_zoo.metrics.records import Record, summarise
from inpaint_zoo.pages import page_environment
from inpaint_zoo.tables import TIE_SIGN, html, printable

MAX_CASES = 100
"""Number of images shown, at most; the tables include all images."""


def write_html(report: Report, path: Path) -> None:
    """Write the page; images are read, encoded and written one by one.

    Raises:
        InputError: An image cannot be read, or `path` cannot be written.
    """
    environment = page_environment(Path(__file__).parent / "page")
    environment.filters |= {"table": html, "printable": printable}
    chunks = environment.get_template("report.html.j2").generate(_context(report))
    # file names may contain bytes that are not UTF-8, which are not allowed in a page
    write_bytes(path, (chunk.encode("utf-8", "backslashreplace") for chunk in chunks))


def _context(report: Report) -> dict[str, Any]:
    rows = summarise(report.records)
    ratios = {record.name: record.ratio for record in report.records}
    cases = choose_spread(report.cases, ratios, MAX_CASES)
    sets, costs = set_columns(report), {method: asdict(cost) for method, cost in report.costs.items()}
    size = display_size(sum(2 + len(case.composites) for case in cases))
    return {
        "report": report,
        "methods": methods_of(rows),
        "num_images": len(ratios),
        "num_cases": len(cases),
        "notes": [*reader_notes(replace(report, protocol=None), rows), _image_note(size, len(cases), len(ratios))],
        "tables": all_tables(report, rows),
        "seeds_table": seeds_table(report, rows, COLUMN_BINS, ALL_COLUMNS),
        "set_table": sets and plain_table("Metrics of all images together", report.set_scores, sets, leak(report)),
        "cost_table": plain_table("Cost of one image", costs, COST_COLUMNS, leak(report)),
        "data": page_data(report, cases, rows),
        "bins": _bin_options(report.records),
        "significance": SIGNIFICANCE,
        "fewest": FEWEST,
        "correction": CORRECTION,
        "tie_sign": TIE_SIGN,
        "error_scale": ERROR_SCALE,
        "error_stops": legend_stops(),
        "zoom": ZOOM,
        "rows": rows_of_images(cases, report.records, size, leak(report)),
    }


def _bin_options(records: Iterable[Record]) -> dict[str, list[tuple[str, str]]]:
    """Bins with images, as pairs of name and title, by the title of their group."""
    filled = {name for record in records for name in record.bins}
    groups = {"Bins of the papers": BINS, "Every 10 %": FINE_RATIO_BINS}
    return {
        title: [(name, BIN_TITLES[name]) for name in names if name in filled]
        for title, names in groups.items()
        if filled.intersection(names)
    }


def _image_note(size: int, num_shown: int, num_images: int) -> str:
    note = (
        f"Images on this page are WebP of quality {WEBP_QUALITY}, at most {size} pixels on the longer side; "
        "all metrics were computed on the original images."
    )
    if num_shown < num_images:
        note += f" {num_shown} of {num_images} images are shown; the tables include all of them."
    return note
