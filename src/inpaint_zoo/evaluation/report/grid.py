"""A grid of images in one PNG: one row per image, one column per method."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from inpaint_zoo.evaluation.report.columns import HOLE_PSNR
from inpaint_zoo.evaluation.report.images import Case, choose_spread
from inpaint_zoo.images.arrays import ImageArray
from inpaint_zoo.images.drawing import TextStyle, write_line
from inpaint_zoo.images.reading import write_png
from inpaint_zoo.metrics.records import Record

GRID_ROWS = 6
CELL_SIZE = 256
"""Side in pixels of the square into which each image is fitted."""
_GAP = 10
_LINE_HEIGHT = 26
_BACKGROUND = (255, 255, 255)


_TITLE = TextStyle(20, (25, 25, 30))
_TEXT = TextStyle(16, (95, 95, 105))


def write_grid(cases: Sequence[Case], records: Sequence[Record], path: Path, num_rows: int = GRID_ROWS) -> None:
    """Draw some cases from all bins and write them as PNG.

    Args:
        cases: Images with the composites of the same methods.
        records: Records of these cases; rows are chosen by hole ratio, the PSNR over the hole is the caption.
        path: Path of the PNG file.
        num_rows: Number of rows, at most.

    Raises:
        InputError: An image cannot be read, or `path` cannot be written.
    """
    ratios = {record.name: record.ratio for record in records}
    captions = {(record.name, record.method): _caption(record) for record in records}
    rows = [draw_row(case, ratios[case.name], captions) for case in choose_spread(cases, ratios, num_rows)]
    write_png(path, np.asarray(_stack(rows)))


def _caption(record: Record) -> str:
    value = record.metrics[HOLE_PSNR.key]
    return "" if value is None else f"{HOLE_PSNR.show(value)} dB in the hole"


def draw_row(case: Case, ratio: float, captions: Mapping[tuple[str, str], str]) -> Image.Image:
    """Draw one case: its name, a title above each image, and a caption below it."""
    columns = [(title, fit(array, CELL_SIZE)) for title, array in case.load_columns()]
    image_height = max(fitted.height for _, fitted in columns)
    height = 3 * _LINE_HEIGHT + image_height + _GAP
    canvas = Image.new("RGB", (_GAP + len(columns) * (CELL_SIZE + _GAP), height), _BACKGROUND)
    draw = ImageDraw.Draw(canvas)
    write_line(draw, (_GAP, 2), f"{ratio:.1%} hole   {case.name}", canvas.width - 2 * _GAP, _TEXT)
    for number, (title, fitted) in enumerate(columns):
        left = _GAP + number * (CELL_SIZE + _GAP)
        write_line(draw, (left, _LINE_HEIGHT), title, CELL_SIZE, _TITLE)
        canvas.paste(fitted, (left + (CELL_SIZE - fitted.width) // 2, 2 * _LINE_HEIGHT))
        caption = captions.get((case.name, title), "")
        write_line(draw, (left, 2 * _LINE_HEIGHT + image_height + 3), caption, CELL_SIZE, _TEXT)
    return canvas


def fit(array: ImageArray, size: int) -> Image.Image:
    """Scale an image so that its longer side is `size`."""
    image = Image.fromarray(array)
    scale = size / max(image.size)
    smaller_or_larger = Image.Resampling.LANCZOS if scale < 1 else Image.Resampling.BICUBIC
    return image.resize((max(1, round(image.width * scale)), max(1, round(image.height * scale))), smaller_or_larger)


def _stack(rows: Sequence[Image.Image]) -> Image.Image:
    width = max((row.width for row in rows), default=1)
    canvas = Image.new("RGB", (width, max(1, sum(row.height for row in rows))), _BACKGROUND)
    top = 0
    for row in rows:
        canvas.paste(row, (0, top))
        top += row.height
    return canvas
