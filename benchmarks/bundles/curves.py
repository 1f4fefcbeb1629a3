"""Draw the validations of trainings, one after the other: `curves.py OUT.svg ctsdg=RUN,RUN,RUN madf=RUN,RUN,RUN`.

Runs of one model follow one another. A point is the PSNR over the holes of the validation photographs; trainings with
another size of images are lines of their own, since they are validated at that size.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from omegaconf import OmegaConf

WIDTH, HEIGHT, LEFT, BOTTOM, ABOVE = 640, 300, 48, 36, 16
CAPTION = "thousand images seen; PSNR over the hole in dB; the numbers are sizes of images"
COLORS = {"misf": "#b5532a", "madf": "#2a6fb5", "ctsdg": "#2e8b57"}


class Stage(NamedTuple):
    """One training: its model, the size of its images, and images seen against PSNR in dB."""

    model: str
    size: int
    points: list[tuple[int, float]]


def stages(model: str, folders: list[Path]) -> Iterator[Stage]:
    """The trainings of a model; the images of earlier ones count."""
    seen = 0
    for folder in folders:
        data = OmegaConf.load(folder / "config.yaml").data
        with (folder / "metrics.csv").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("val/hole_psnr")]
        points = [(seen + int(row["step"]) * data.batch_size, float(row["val/hole_psnr"])) for row in rows]
        seen = points[-1][0]
        yield Stage(model, data.size, points)


def joined(drawn: list[Stage]) -> list[Stage]:
    """Neighbours of the same model and size as one."""
    lines: list[Stage] = []
    for stage in drawn:
        if lines and lines[-1][:2] == stage[:2]:
            lines[-1].points.extend(stage.points)
        else:
            lines.append(stage)
    return lines


def drawing(drawn: list[Stage]) -> str:
    """The SVG file."""
    images = [x for stage in drawn for x, _ in stage.points]
    decibels = [y for stage in drawn for _, y in stage.points]
    low, high, most = int(min(decibels)), int(max(decibels)) + 1, max(images)

    def place(x: float, y: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - 60) * x / most
        return round(across, 1), round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - ABOVE) * (y - low) / (high - low), 1)

    parts = [_text(place(0, y)[0] - 6, place(0, y)[1] + 4, f"{y}", "end") for y in range(low, high + 1)]
    parts += [_line([place(0, y), place(most, y)], "#ddd") for y in range(low, high + 1)]
    thousands = range(0, most // 1000 + 1, 10)
    parts += [_text(place(1000 * x, low)[0], HEIGHT - BOTTOM + 16, f"{x}", "middle") for x in thousands]
    parts.append(
        _text(
            WIDTH / 2,
            HEIGHT - 4,
            "thousand images seen; PSNR over the hole in dB; the numbers are sizes of images",
            "middle",
        )
    )
    for number, model in enumerate(dict.fromkeys(stage.model for stage in drawn)):
        parts.append(_text(WIDTH - 100, HEIGHT - BOTTOM - 16 * (number + 1), model, "start", COLORS[model]))
    for stage in drawn:
        places = [place(*point) for point in stage.points]
        parts += [f'<circle cx="{x}" cy="{y}" r="2" fill="{COLORS[stage.model]}"/>' for x, y in places]
        parts.append(_line(places, COLORS[stage.model]))
        parts.append(_text(places[-1][0] + 4, places[-1][1] + 4, f"{stage.size}", "start", COLORS[stage.model]))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
    return "\n".join([head + 'font-size="11">', '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>\n"])


def _line(points: list[tuple[float, float]], color: str) -> str:
    path = " ".join(f"{x},{y}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.5"/>'


def _text(x: float, y: float, text: str, anchor: str, color: str = "#333") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{color}">{text}</text>'


def main() -> None:
    """Read the runs, write the drawing."""
    output, *models = sys.argv[1:]
    named = [model.split("=", 1) for model in models]
    drawn = [stage for name, runs in named for stage in stages(name, [Path(run) for run in runs.split(",")])]
    Path(output).write_text(drawing(joined(drawn)), encoding="utf-8")


if __name__ == "__main__":
    main()
