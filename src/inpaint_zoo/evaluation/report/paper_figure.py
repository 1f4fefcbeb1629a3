"""Chosen images, methods and enlarged crops as one figure, as papers print them: PNG and PDF."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from inpaint_zoo.checks import as_given, did_you_mean, is_list
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.report.images import Case
from inpaint_zoo.files.atomic import write_bytes
from inpaint_zoo.images.arrays import ImageArray
from inpaint_zoo.images.drawing import TextStyle, write_line
from inpaint_zoo.images.reading import png_bytes

TEXT_WIDTH = 6.875
"""Width in inches of both columns of a page, which the PDF fills."""
_WIDEST, _NARROWEST = 512, 192
"""Pixels of a column: those of the widest image, within these."""
_GAP = 6
_LINE = 0.14
"""Height of the titles, of the width of a column."""
_FRAME = (230, 40, 40)
_WHITE = (255, 255, 255)


class Crop(NamedTuple):
    """A part of an image in pixels."""

    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Figure:
    """What a figure shows."""

    images: Sequence[str]
    """Names of samples, one row each."""
    methods: Sequence[str]
    """Titles, one column each, between the input and the original."""
    crops: Sequence[Crop | None] = ()
    """For each image what is enlarged below it, or None; there may be fewer."""


def figure_of(node: Mapping[str, Any], methods: Sequence[str]) -> Figure | None:
    """The figure that a configuration describes; None without images.

    Args:
        node: Lists: `images`, `methods` (none: all of them) and `crops`.
        methods: The titles of all methods.

    Raises:
        InputError: A crop is not four whole numbers, there are more crops than images, or what must be a list is none.
    """
    for key in ("images", "methods", "crops"):
        if not is_list(node[key]):
            raise InputError(f"figure.{key}={as_given(node[key])} must be a list")
    images, shown = ([str(name) for name in node[key]] for key in ("images", "methods"))
    if len(node["crops"]) > len(images):
        raise InputError(
            f"figure.crops has {len(node['crops'])} crops for {len(images)} images: give one or null for each"
        )
    crops = [None if crop is None else _crop(crop) for crop in node["crops"]]
    return Figure(images, shown or list(methods), crops) if images else None


def _crop(given: object) -> Crop:
    if not is_list(given) or len(given) != len(Crop._fields) or not all(type(number) is int for number in given):
        raise InputError(f"figure.crops: {as_given(given)} must be [left,top,width,height] in pixels, or null")
    return Crop(*given)


def check_figure(figure: Figure, sizes: Mapping[str, tuple[int, int]], methods: Sequence[str]) -> None:
    """Check that a figure can be drawn of an evaluation.

    Args:
        figure: What it shows.
        sizes: (height, width) of each sample by name.
        methods: Titles.

    Raises:
        InputError: A sample or method is unknown, or a crop does not lie in its image.
    """
    for key, given, known in (("images", figure.images, sizes), ("methods", figure.methods, methods)):
        for name in given:
            if name not in known:
                raise InputError(
                    f"figure.{key}: {name!r} is none of those that are compared{did_you_mean(name, known)}"
                )
    for name, crop in zip(figure.images, figure.crops, strict=False):
        if crop is None:
            continue
        height, width = sizes[name]
        inside = (
            crop.left >= 0 and crop.top >= 0 and crop.left + crop.width <= width and crop.top + crop.height <= height
        )
        if not inside or min(crop.width, crop.height) < 1:
            raise InputError(
                f"figure.crops: {name}: {list(crop)} (left, top, width, height) does not lie in {width}x{height} pixels"
            )


def write_figure(figure: Figure, cases: Mapping[str, Case], folder: Path) -> list[Path]:
    """Write `figure.png` and `figure.pdf`: input, methods, original, with one line of titles below.

    Args:
        figure: What it shows.
        cases: By the name of the sample; those that are not shown may be missing.
        folder: Where the files are written.

    Raises:
        InputError: An image cannot be read, or a file cannot be written.
    """
    rows = [_columns(figure, cases[name]) for name in figure.images]
    widest = max(array.shape[1] for _, own in rows for array in own)
    width = min(max(widest, _NARROWEST), _WIDEST)
    strips = [_strip(own, width) for _, own in rows]
    pieces: list[Image.Image] = []
    for (_, own), strip, crop in zip_longest(rows, strips, figure.crops):
        pieces += [strip] if crop is None else [_framed(strip, own[0], crop, width), _enlarged(own, crop, width)]
    drawn = _stacked([*pieces, _titles(rows[0][0], width)])
    paths = [folder / "figure.png", folder / "figure.pdf"]
    write_bytes(paths[0], [png_bytes(np.asarray(drawn))])
    write_bytes(paths[1], [_pdf(drawn)])
    return paths


def _columns(figure: Figure, case: Case) -> tuple[list[str], list[ImageArray]]:
    shown = Case(case.name, case.target, case.mask, {title: case.composites[title] for title in figure.methods})
    titles, arrays = zip(*shown.load_columns(), strict=True)
    return list(titles), list(arrays)


def _strip(arrays: Sequence[ImageArray], width: int) -> Image.Image:
    """Images of one size side by side, each `width` pixels wide."""
    height = max(1, round(arrays[0].shape[0] * width / arrays[0].shape[1]))
    canvas = Image.new("RGB", (len(arrays) * (width + _GAP) - _GAP, height), _WHITE)
    for place, array in enumerate(arrays):
        larger = width > array.shape[1]
        image = Image.fromarray(array)
        fitted = image.resize((width, height), Image.Resampling.BICUBIC if larger else Image.Resampling.LANCZOS)
        canvas.paste(fitted, (place * (width + _GAP), 0))
    return canvas


def _enlarged(arrays: Sequence[ImageArray], crop: Crop, width: int) -> Image.Image:
    left, top, right, bottom = crop.left, crop.top, crop.left + crop.width, crop.top + crop.height
    return _strip([array[top:bottom, left:right] for array in arrays], width)


def _framed(strip: Image.Image, array: ImageArray, crop: Crop, width: int) -> Image.Image:
    """The strip with a frame around the crop, in every image."""
    draw, scale = ImageDraw.Draw(strip), width / array.shape[1]
    box = np.array([crop.left, crop.top, crop.left + crop.width, crop.top + crop.height]) * scale
    for left in range(0, strip.width, width + _GAP):
        x0, y0, x1, y1 = (round(float(place)) for place in box + np.array([left, 0, left, 0]))
        draw.rectangle([x0, y0, x1 - 1, y1 - 1], outline=_FRAME, width=max(2, width // 128))
    return strip


def _titles(titles: Sequence[str], width: int) -> Image.Image:
    """One line of centred titles."""
    style = TextStyle(round(width * _LINE * 0.7), (0, 0, 0))
    canvas = Image.new("RGB", (len(titles) * (width + _GAP) - _GAP, round(width * _LINE)), _WHITE)
    draw = ImageDraw.Draw(canvas)
    for place, title in enumerate(titles):
        write_line(draw, (place * (width + _GAP), 0), title, width, style, centred=True)
    return canvas


def _stacked(pieces: Sequence[Image.Image]) -> Image.Image:
    canvas = Image.new("RGB", (pieces[0].width, sum(piece.height + _GAP for piece in pieces) - _GAP), _WHITE)
    top = 0
    for piece in pieces:
        canvas.paste(piece, (0, top))
        top += piece.height + _GAP
    return canvas


def _pdf(drawn: Image.Image) -> bytes:
    """One page as wide as the text of a paper; images in it are JPEG of quality 95."""
    encoded = io.BytesIO()
    drawn.save(encoded, "PDF", resolution=drawn.width / TEXT_WIDTH, quality=95, subsampling=0)
    return encoded.getvalue()
