"""The files of an evaluation beside its results.json: whether they say what the numbers there say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.report import Report, write_results, write_tables
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.images.reading import read_image

PAGE, GRID = "report.html", "grid.png"
RENDERED = ("records.csv", "summary.json", "table.csv", "table.md", "table.tex", "table_column.tex", GRID, PAGE)
"""What is made again from the numbers, and compared."""
FREE_FORM = frozenset({"table.md", "table.tex", "table_column.tex", GRID, PAGE})
"""Those whose form another version of the code or of its libraries may change; the others hold plain numbers."""
_PICTURE = re.compile(r'src="data:image/[a-z]+;base64,([A-Za-z0-9+/=]*)"([^>]*alt="([^"]*)")?')


@dataclass(frozen=True)
class Difference:
    """A file that is not what the numbers give."""

    name: str
    reason: str


def different_files(report: Report, folder: Path, files: Sequence[str], spare: Path) -> Iterator[Difference]:
    """Make the files again and compare them.

    Args:
        report: What they are made of.
        folder: Where they are.
        files: Names of those that are compared, of `RENDERED`.
        spare: An empty folder, which gets them.

    Raises:
        InputError: An image of the report cannot be read.
    """
    if PAGE in files or GRID in files:
        write_results(report, spare)
    else:
        write_tables(report, spare)
    compare = {GRID: _different_grid, PAGE: _different_page}
    for name in files:
        reason = compare.get(name, _different_text)(folder / name, spare / name)
        if reason is not None:
            yield Difference(name, reason)


def _different_text(given: Path, expected: Path) -> str | None:
    """The first line in which two files differ."""
    theirs, ours = (path.read_bytes() for path in (given, expected))
    return None if theirs == ours else _first_line(theirs.decode("utf-8", "replace"), ours.decode("utf-8", "replace"))


def _first_line(theirs: str, ours: str) -> str:
    lines, expected = theirs.splitlines(), ours.splitlines()
    same = next((n for n, pair in enumerate(zip(lines, expected, strict=False)) if pair[0] != pair[1]), None)
    if same is None:
        return f"has {len(lines)} lines, these numbers give {len(expected)}" if lines != expected else "other line ends"
    start = next((n for n, pair in enumerate(zip(lines[same], expected[same], strict=False)) if pair[0] != pair[1]), 0)
    near = slice(max(0, start - 20), start + 40)
    return f"line {same + 1} says {lines[same][near]!r}, these numbers give {expected[same][near]!r}"


def _different_page(given: Path, expected: Path) -> str | None:
    theirs, ours = (path.read_text(encoding="utf-8", errors="replace") for path in (given, expected))
    words, expected_words = (_PICTURE.sub(r'src=""\2', text) for text in (theirs, ours))
    if words != expected_words:
        return _first_line(words, expected_words)
    pairs = zip(_PICTURE.findall(theirs), _PICTURE.findall(ours), strict=True)
    changed = [title or "without a name" for (data, _, title), (other, _, _) in pairs if data != other]
    return f"{len(changed)} images are not those that were evaluated: {few(changed)}" if changed else None


def _different_grid(given: Path, expected: Path) -> str | None:
    try:
        theirs, ours = read_image(given), read_image(expected)
    except InputError as error:
        return str(error)
    return None if np.array_equal(theirs, ours) else "is not drawn of these images and numbers"
