"""One self-contained HTML page: tables by bin, and every picture side by side with a slider."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from inpaint_zoo.files import write_bytes
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, BINS
from inpaint_zoo.metrics.pictures import Picture
from inpaint_zoo.metrics.records import Record, SummaryRow, summarise
from inpaint_zoo.report.columns import ALL_COLUMNS, HOLE_PSNR, PSNR, SSIM, Column
from inpaint_zoo.report.grid import fit
from inpaint_zoo.report.pictures import Case, choose_spread
from inpaint_zoo.report.report import Report
from inpaint_zoo.report.table import derived_notes, methods_of, rows_of_bin

MAXIMUM_CASES = 100
"""Pictures shown; the tables hold all of them."""
DISPLAY_SIZES = ((200, 512), (400, 384))
"""(up to how many pictures on the page, their longer side in pixels); more than that get 256."""
SMALLEST_DISPLAY_SIZE = 256
WEBP_QUALITY = 90


def write_html(report: Report, path: Path) -> None:
    """Write the page; pictures are read, encoded and written one by one.

    Raises:
        InputError: a picture cannot be read, or `path` cannot be written.
    """
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    chunks = environment.get_template("report.html.j2").generate(_context(report))
    # names of files may hold bytes that are no UTF-8, which a page cannot
    write_bytes(path, (chunk.encode("utf-8", "backslashreplace") for chunk in chunks))


def _context(report: Report) -> dict[str, Any]:
    rows = summarise(report.records)
    ratios = {record.name: record.ratio for record in report.records}
    cases = choose_spread(report.cases, ratios, MAXIMUM_CASES)
    size = display_size(sum(2 + len(case.composites) for case in cases))
    return {
        "report": report,
        "methods": methods_of(rows),
        "num_pictures": len(ratios),
        "num_cases": len(cases),
        "notes": [*report.notes, *derived_notes(rows), _picture_note(size, len(cases), len(ratios))],
        "columns": ALL_COLUMNS,
        "tables": _tables(rows),
        "bins": [
            (name, BIN_TITLES[name]) for name in BINS if any(row.bin == name and row.num_pictures for row in rows)
        ],
        "cases": _pages(cases, report.records, size),
    }


def display_size(num_images: int) -> int:
    """Longer side in pixels that keeps a page of so many pictures within some tens of megabytes."""
    return next((size for limit, size in DISPLAY_SIZES if num_images <= limit), SMALLEST_DISPLAY_SIZE)


def _picture_note(size: int, num_shown: int, num_pictures: int) -> str:
    note = (
        f"Pictures on this page are WebP of quality {WEBP_QUALITY}, at most {size} pixels on the longer side; "
        "the numbers were taken on the originals."
    )
    if num_shown < num_pictures:
        note += f" {num_shown} of {num_pictures} pictures are shown; the tables are over all of them."
    return note


def _tables(rows: Sequence[SummaryRow]) -> list[dict[str, Any]]:
    """One table over all pictures, then one a bin; a bin without pictures is named and has no table."""
    return [
        {
            "title": "All pictures" if name == ALL else f"{BIN_TITLES[name]} hole" if name != "none" else "No hole",
            "num_pictures": max((row.num_pictures for row in rows_of_bin(rows, name)), default=0),
            "lines": _lines({row.method: row.means for row in rows_of_bin(rows, name)}),
        }
        for name in (ALL, *BINS)
    ]


def _lines(values: Mapping[str, Mapping[str, float | None]]) -> list[dict[str, Any]]:
    """A line a method: its name and a cell a column."""
    best = {
        column.key: column.best({method: own[column.key] for method, own in values.items()}) for column in ALL_COLUMNS
    }
    return [
        {
            "method": method,
            "cells": [_cell(column, own[column.key], method in best[column.key]) for column in ALL_COLUMNS],
        }
        for method, own in values.items()
    ]


def _cell(column: Column, value: float | None, best: bool) -> dict[str, Any]:
    return {"shown": column.show(value), "value": "" if value is None else repr(value), "best": best}


def _pages(cases: Sequence[Case], records: Sequence[Record], size: int) -> Iterator[dict[str, Any]]:
    """What the page shows of each case, made when the template asks for it."""
    by_case: dict[str, dict[str, Record]] = {}
    for record in records:
        by_case.setdefault(record.name, {})[record.method] = record
    for case in cases:
        own = by_case[case.name]
        first = next(iter(own.values()))
        yield {
            "name": case.name,
            "ratio": f"{first.ratio:.1%}",
            "bin": first.bin,
            "figures": [_figure(title, picture, size, own) for title, picture in case.load_columns()],
            "selected": {"left": 0, "right": 1 + _best_method([own[method] for method in case.composites])},
            "lines": _lines({method: record.metrics for method, record in own.items()}),
        }


def _best_method(records: Sequence[Record]) -> int:
    """Position of the composite that the slider starts with: the one with the highest PSNR over the hole."""
    scores = [record.metrics[HOLE_PSNR.key] or 0 for record in records]
    return scores.index(max(scores)) if scores else 0


def _figure(title: str, picture: Picture, size: int, records: Mapping[str, Record]) -> dict[str, Any]:
    image = Image.fromarray(picture) if max(picture.shape) <= size else fit(picture, size)
    captions = []
    if title in records:
        metrics = records[title].metrics
        main = PSNR if metrics[HOLE_PSNR.key] is None else HOLE_PSNR
        captions = [f"{column.title} {column.show(metrics[column.key])}" for column in (main, SSIM)]
    return {"title": title, "uri": data_uri(image), "width": image.width, "height": image.height, "captions": captions}


def data_uri(image: Image.Image) -> str:
    """The picture itself as an address, so that a page needs no other file."""
    encoded = io.BytesIO()
    image.save(encoded, "WEBP", quality=WEBP_QUALITY, method=4)
    return f"data:image/webp;base64,{base64.b64encode(encoded.getvalue()).decode()}"
