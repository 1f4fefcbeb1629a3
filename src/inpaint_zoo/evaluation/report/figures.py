"""What the page shows for each image: all methods side by side, their error maps, the enlarged region."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS, HOLE_PSNR, PSNR, SSIM
from inpaint_zoo.evaluation.report.error_map import error_map
from inpaint_zoo.evaluation.report.grid import fit
from inpaint_zoo.evaluation.report.images import Case
from inpaint_zoo.evaluation.report.region import Region, differing_region
from inpaint_zoo.evaluation.report.tables import plain_table
from inpaint_zoo.images.arrays import ImageArray
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.tables import Table

DISPLAY_SIZES = ((200, 512), (400, 384))
"""Pairs of (number of images on the page, at most; longer side of the images in pixels)."""
SMALLEST_DISPLAY_SIZE = 256
"""Longer side in pixels on pages with more images."""
WEBP_QUALITY = 90
ERROR_MAP_QUALITY = 60
"""WebP quality of error maps, which are only looked at."""


@dataclass(frozen=True)
class Figure:
    """One image of a row."""

    title: str
    uri: str
    width: int
    height: int
    captions: Sequence[str]
    error_uri: str
    """The error map; empty for input and original."""


@dataclass(frozen=True)
class Row:
    """One case on the page."""

    name: str
    ratio: str
    bin: str
    bins: Sequence[str]
    """Every bin to which the image belongs."""
    figures: Sequence[Figure]
    left: int
    """Position of the figure on the left side of the slider at first; `right` accordingly."""
    right: int
    region: Region
    table: Table


def display_size(num_images: int) -> int:
    """Longer side of images in pixels with which a page of this many images has at most some tens of megabytes."""
    return next((size for limit, size in DISPLAY_SIZES if num_images <= limit), SMALLEST_DISPLAY_SIZE)


def rows_of_images(cases: Sequence[Case], records: Sequence[Record], size: int, subtitle: str = "") -> Iterator[Row]:
    """Read and encode the cases one by one, while the page is written; `subtitle` is that of each table of metrics."""
    by_case: dict[str, dict[str, Record]] = {}
    for record in records:
        by_case.setdefault(record.name, {})[record.method] = record
    return (_row(case, by_case[case.name], size, subtitle) for case in cases)


def _row(case: Case, records: Mapping[str, Record], size: int, subtitle: str) -> Row:
    (input_title, damaged), *composites, (original_title, target) = case.load_columns()
    record = next(iter(records.values()))
    metrics = {method: record.metrics for method, record in records.items()}
    return Row(
        name=case.name,
        ratio=f"{record.ratio:.1%}",
        bin=record.bin,
        bins=record.bins,
        figures=[
            _figure(input_title, damaged, size),
            *(_method_figure(target, array, size, records[method]) for method, array in composites),
            _figure(original_title, target, size),
        ],
        left=0,
        right=1 + _best_method([records[method] for method in case.composites]),
        region=differing_region(target, [array for _, array in composites]),
        table=plain_table(f"Metrics of {case.name}", metrics, ALL_COLUMNS, subtitle),
    )


def _best_method(records: Sequence[Record]) -> int:
    """Position of the composite that the slider shows first: the one with the highest PSNR over the hole."""
    scores = [record.metrics[HOLE_PSNR.key] or 0 for record in records]
    return scores.index(max(scores)) if scores else 0


def _figure(title: str, array: ImageArray, size: int, captions: Sequence[str] = (), error_uri: str = "") -> Figure:
    image = Image.fromarray(array) if max(array.shape) <= size else fit(array, size)
    return Figure(title, data_uri(image, WEBP_QUALITY), image.width, image.height, captions, error_uri)


def _method_figure(target: ImageArray, composite: ImageArray, size: int, record: Record) -> Figure:
    main = PSNR if record.metrics[HOLE_PSNR.key] is None else HOLE_PSNR
    captions = [f"{column.title} {column.show(record.metrics[column.key])}" for column in (main, SSIM)]
    error = Image.fromarray(error_map(target, composite, size))
    return _figure(record.method, composite, size, captions, data_uri(error, ERROR_MAP_QUALITY))


def data_uri(image: Image.Image, quality: int) -> str:
    """The image as a data URI, so that a page needs no other file."""
    encoded = io.BytesIO()
    image.save(encoded, "WEBP", quality=quality, method=4)
    return f"data:image/webp;base64,{base64.b64encode(encoded.getvalue()).decode()}"
