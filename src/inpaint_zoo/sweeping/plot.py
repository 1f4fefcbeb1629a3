"""The values of a sweep as dots on a line of numbers."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

from inpaint_zoo.sweeping.outcome import Outcome
from inpaint_zoo.training.monitor import Monitor, shown

_SCALE = 2
"""Drawn so many times larger than shown on an ordinary display, for fine lines."""
_ROW, _MARGIN, _AXIS_HEIGHT, _PLOT_WIDTH, _RADIUS = 28 * _SCALE, 16 * _SCALE, 54 * _SCALE, 480 * _SCALE, 5 * _SCALE
_LABEL_WIDTH = 330 * _SCALE
_VALUE_WIDTH = 90 * _SCALE
_PAPER, _INK, _GRAY, _GRID = (255, 255, 255), (25, 25, 30), (120, 120, 128), (228, 228, 232)
_DOT, _BEST = (31, 119, 180), (214, 39, 40)
_REPEATED = "seed"
"""Jobs that differ in this key alone share a row."""


def draw(outcomes: Sequence[Outcome], monitor: Monitor) -> bytes:
    """A PNG with a row for each job; jobs that differ in their seed alone share one, with a bar at their mean.

    Args:
        outcomes: In the order of the rows.
        monitor: Of the values.
    """
    rows = _rows(outcomes)
    font = ImageFont.load_default(14 * _SCALE)
    labels = [_fitted(label, font) for label in rows]
    left = _MARGIN + min(_LABEL_WIDTH, math.ceil(max(font.getlength(label) for label in labels))) + _MARGIN
    size = (left + _PLOT_WIDTH + _VALUE_WIDTH, 2 * _MARGIN + _ROW * len(rows) + _AXIS_HEIGHT)
    image = Image.new("RGB", size, _PAPER)
    pen = ImageDraw.Draw(image)
    values = [outcome.best for outcome in outcomes if outcome.best is not None]
    ticks = ticks_of(min(values, default=0.0), max(values, default=1.0))
    bottom = _MARGIN + _ROW * len(rows)

    def across(value: float) -> float:
        return left + (value - ticks[0]) / (ticks[-1] - ticks[0]) * _PLOT_WIDTH

    for tick in ticks:
        pen.line([(across(tick), _MARGIN), (across(tick), bottom)], fill=_GRID, width=_SCALE)
        pen.text((across(tick), bottom + 6 * _SCALE), f"{tick:g}", fill=_GRAY, font=font, anchor="mt")
    pen.text((left + _PLOT_WIDTH / 2, bottom + 28 * _SCALE), monitor.name, fill=_INK, font=font, anchor="mt")
    for number, (label, row) in enumerate(zip(labels, rows.values(), strict=True)):
        middle = _MARGIN + _ROW * (number + 0.5)
        pen.text((left - _MARGIN, middle), label, fill=_INK, font=font, anchor="rm")
        rated = [outcome.best for outcome in row if outcome.best is not None]
        note = shown(sum(rated) / len(rated)) if rated else row[0].state
        pen.text((left + _PLOT_WIDTH + _MARGIN, middle), note, fill=_INK if rated else _GRAY, font=font, anchor="lm")
        if len(rated) > 1:
            mean = across(sum(rated) / len(rated))
            pen.line([(mean, middle - _ROW / 3), (mean, middle + _ROW / 3)], fill=_GRAY, width=2 * _SCALE)
        for value in rated:
            ink = _BEST if value == monitor.best(values) else _DOT
            pen.ellipse(_disc(across(value), middle), fill=ink)
    encoded = io.BytesIO()
    image.save(encoded, "PNG", optimize=True)
    return encoded.getvalue()


def ticks_of(low: float, high: float) -> list[float]:
    """Round numbers, some four to eight, that enclose a range."""
    span = high - low or max(1.0, abs(high) / 10)
    power = 10.0 ** math.floor(math.log10(span / 5))
    step = next(factor * power for factor in (1, 2, 5, 10) if span / (factor * power) <= 6)
    first, last = math.floor(low / step), math.ceil(high / step)
    if first == last:
        first, last = first - 1, last + 1
    return [round(number * step, 12) for number in range(first, last + 1)]


def _rows(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    rows: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        kept = {key: value for key, value in outcome.varied.items() if key != _REPEATED} or outcome.varied
        label = " ".join(f"{key.rpartition('.')[2]}={value}" for key, value in kept.items())
        rows.setdefault(label or f"job {outcome.number}", []).append(outcome)
    return rows


def _fitted(label: str, font: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> str:
    """A label cut off where its column ends."""
    while font.getlength(label) > _LABEL_WIDTH:
        label = label.rstrip("…")[:-1] + "…"
    return label


def _disc(x: float, y: float) -> tuple[float, float, float, float]:
    return (x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS)
