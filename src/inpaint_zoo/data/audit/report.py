"""The report of an audit: Markdown, a summary of 80 columns, JSON, and a list for `data.exclude=`."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inpaint_zoo.data.audit.diagnosis import Diagnosis, MaskSummary
from inpaint_zoo.data.audit.finding import Finding
from inpaint_zoo.data.audit.mask_findings import histogram
from inpaint_zoo.data.exclusion import exclusion_line
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.tables import printable

WRITTEN = REPORT, VALUES, EXCLUDE = "report.md", "report.json", "exclude.txt"
_WIDTH = 80
_MOST_ROWS = 200
_BAR = 40


def write_report(diagnosis: Diagnosis, folder: Path) -> None:
    """Write `report.md`, `report.json` and `exclude.txt`.

    Raises:
        InputError: They cannot be written.
    """
    write_text(folder / REPORT, "\n".join(_markdown(diagnosis)) + "\n")
    write_text(folder / VALUES, json.dumps(_values(diagnosis), indent=1) + "\n")
    write_text(folder / EXCLUDE, "\n".join(_exclusion(diagnosis)) + "\n")


def summary(diagnosis: Diagnosis, folder: Path) -> str:
    """A few lines of at most 80 columns, except for paths."""
    lines = [f"images: {_counts(diagnosis)}"]
    if diagnosis.masks is not None:
        ratios = diagnosis.masks.ratios
        mean = f", {sum(ratios) / len(ratios):.1%} holes on average" if ratios else ""
        lines.append(f"masks: {len(ratios)} {diagnosis.masks.source}{mean}")
    lines += [f"note: {note}" for note in diagnosis.notes]
    lines += [f"{len(finding.items):>7}  {finding.title}" for finding in diagnosis.findings] or ["nothing found"]
    wrap = textwrap.TextWrapper(_WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False).wrap
    wrapped = [text for line in lines for text in wrap(line) or [""]]
    # paths are not wrapped, so that they can be copied
    wrapped.append(f"report: {folder / REPORT}")
    if diagnosis.excluded:
        override = shlex.quote(f"data.exclude={folder / EXCLUDE}")
        wrapped.append(f"leave out {diagnosis.num_excluded + len(diagnosis.left_out)} images: {override}")
    return "\n".join(wrapped)


def _counts(diagnosis: Diagnosis) -> str:
    splits = ", ".join(f"{number} {split}" for split, number in diagnosis.counts.items())
    return f"{splits} ({diagnosis.num_files} files)"


def _markdown(diagnosis: Diagnosis) -> Iterator[str]:
    yield "# Data check"
    yield f"\nImages: {_counts(diagnosis)}."
    yield from (f"\nNote: {note}." for note in diagnosis.notes)
    yield "\n## Findings\n"
    if diagnosis.findings:
        yield from (f"- {len(finding.items)} × {finding.title}" for finding in diagnosis.findings)
    else:
        yield "None."
    for finding in diagnosis.findings:
        yield from _section(finding)
    if diagnosis.masks is not None:
        yield from _mask_section(diagnosis.masks)
    yield "\n## How this was found\n"
    yield _METHOD


_METHOD = (
    "Every pixel of every file was read. Duplicates have the same pixels (SHA-256), even if their files differ. "
    "Near duplicates differ in at most 15 bits of a 256-bit difference hash of a gray copy of 16×17 pixels; mirrored, "
    "rotated or strongly cropped copies are not found, and images of nearly one color are not compared. Even if "
    "nothing is found, images may show the same scene."
)


def _section(finding: Finding) -> Iterator[str]:
    yield f"\n## {finding.title} ({len(finding.items)})\n\n{finding.advice}\n"
    for item in finding.items[:_MOST_ROWS]:
        yield f"- {_code(item.name)}{': ' if item.detail else ''}{item.detail}{' (excluded)' if item.excluded else ''}"
    if len(finding.items) > _MOST_ROWS:
        yield f"- … and {len(finding.items) - _MOST_ROWS} more in {VALUES}"


def _code(text: str) -> str:
    text = printable(text).replace("\n", "\\n")
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    gap = " " * ("`" in text)
    return f"{fence}{gap}{text}{gap}{fence}"


def _mask_section(masks: MaskSummary) -> Iterator[str]:
    yield f"\n## Masks ({len(masks.ratios)} {masks.source})\n\n```"
    rows = histogram(masks.ratios)
    most = max([count for _, count in rows], default=0) or 1
    for label, count in rows:
        yield f"{label:>9} {count:>7}  {'█' * -(-count * _BAR // most)}".rstrip()
    yield "```"


def _values(diagnosis: Diagnosis) -> dict[str, Any]:
    masks = diagnosis.masks
    return {
        "inpaint_zoo": version("inpaint-zoo"),
        "images": dict(diagnosis.counts),
        "files": diagnosis.num_files,
        "notes": list(diagnosis.notes),
        "findings": [
            {
                "title": finding.title,
                "advice": finding.advice,
                "items": [vars(item) for item in finding.items],
            }
            for finding in diagnosis.findings
        ],
        "masks": None
        if masks is None
        else {"source": masks.source, "number": len(masks.ratios), "histogram": dict(histogram(masks.ratios))},
    }


def _exclusion(diagnosis: Diagnosis) -> Iterator[str]:
    yield "# inpaint-zoo data check: images to leave out, for data.exclude="
    if diagnosis.left_out:
        yield "# named by data.exclude= in this check"
        yield from map(exclusion_line, diagnosis.left_out)
    for name, reasons in diagnosis.excluded.items():
        yield f"# {'; '.join(' '.join(reason.split()) for reason in reasons)}"
        yield exclusion_line(name)
