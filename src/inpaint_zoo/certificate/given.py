"""Numbers of somebody's metric code for the corpus: of a function that is called, or of a CSV file."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from inpaint_zoo.certificate.definitions import pictures
from inpaint_zoo.certificate.reference import Array, Pair, composite
from inpaint_zoo.certificate.verdict import TOLERANCES, Given
from inpaint_zoo.config.functions import imported_function, is_function
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import few

MOST_BYTES = 1_000_000
"""Of a CSV file."""
_ALIASES = {"mae": "l1", "hole_mae": "hole_l1", "hole_ratio": "ratio", "mask_ratio": "ratio"}
_PERCENT = re.compile(r"(.*?)[ _]*(?:percent|\(?%\)?)")


@dataclass(frozen=True)
class Numbers:
    """What somebody's code gives for the corpus."""

    subject: str
    """The name of the function or the file."""
    form: str
    """`uint8` or `floats`."""
    pictures: str
    """What it was given, in words."""
    metrics: Mapping[str, Given]
    """By metric."""
    unknown: Sequence[str]
    """Names of what is not checked."""


def read_numbers(subject: str) -> Numbers:
    """Numbers of a function `package.module:name`, or of a CSV file.

    Raises:
        InputError: It is neither; the function fails or returns something else; the file is no table of the corpus.
    """
    path = Path(subject).expanduser()
    if path.is_file():
        return _read_csv(path)
    if is_function(subject):
        return _called(subject)
    raise InputError(f"metrics: {subject} is neither a CSV file nor a function, package.module:name")


def _called(name: str) -> Numbers:
    function, _ = imported_function(name)
    form = "floats" if getattr(function, "floats", False) else "uint8"
    takes_composites = bool(getattr(function, "composites", False))
    pairs = [_handed_over(pair, takes_composites) for pair in pictures(form).values()]
    if getattr(function, "batches", False):
        returned = [_call(function, name, *(np.stack(part) for part in zip(*pairs, strict=True)))]
    else:
        returned = [_call(function, name, *pair) for pair in pairs]
    if any(entry.keys() != returned[0].keys() for entry in returned):
        raise InputError(f"{name} returned other metrics for other images: return the same names for all")
    columns = {metric: [entry[metric] for entry in returned] for metric in returned[0]}
    what = f"{'composites' if takes_composites else 'raw outputs'} as {'float32' if form == 'floats' else 'uint8'}"
    known, unknown = _sorted_out({metric: _joined(name, metric, column) for metric, column in columns.items()}, name)
    return Numbers(name, form, what, known, unknown)


def _handed_over(pair: Pair, takes_composites: bool) -> tuple[Array, Array, Array]:
    """Copies, which the function may change."""
    output = composite(pair) if takes_composites else pair.output
    return output.copy(), pair.target.copy(), pair.hole.astype(bool if output.dtype == np.uint8 else np.float32)


def _call(function: Callable[..., Any], name: str, *arguments: Array) -> Mapping[str, Any]:
    try:
        made = function(*arguments)
    except Exception as error:  # it may raise anything
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise InputError(f"{name} failed ({reason}); --debug shows where") from error
    if not isinstance(made, Mapping):
        made = {_metric_of(name): made}
    return {str(key): number for key, number in made.items()}


def _metric_of(name: str) -> str:
    """The metric whose name stands in that of a function which returns no mapping.

    Raises:
        InputError: None, or several.
    """
    function = name.rpartition(":")[2].lower()
    found = [metric for metric in ("psnr", "ssim", "hole_l1", "l1", "mae", "ratio") if metric in function]
    if not found:
        raise InputError(f"{name} returned no mapping: return numbers by name, such as {{'psnr': 30.1, 'ssim': 0.9}}")
    return found[0]


def _joined(name: str, metric: str, column: Sequence[Any]) -> Given:
    """The numbers of all calls.

    Raises:
        InputError: They are no numbers, or not as many as there are pictures.
    """
    try:
        numbers = np.concatenate([np.asarray(_plain(entry), dtype=np.float64).reshape(-1) for entry in column])
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} returned {column[0]!r:.60} as {metric}: return numbers") from error
    wanted = len(pictures("uint8"))
    if len(numbers) != wanted and not len(numbers) == len(column) == 1:
        raise InputError(
            f"{name} returned {len(numbers)} numbers as {metric}: return one, or one for each of {wanted} images"
        )
    return Given(numbers)


def _plain(value: Any) -> Any:
    """A tensor without its gradient and device; anything else as it is."""
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def _sorted_out(columns: Mapping[str, Given], where: str) -> tuple[dict[str, Given], list[str]]:
    """Metrics by the names that they have here, and the names of others.

    Raises:
        InputError: None is known, or two are the same one.
    """
    known: dict[str, Given] = {}
    unknown = []
    for title, given in columns.items():
        name = title.strip().lower().replace(" ", "_").replace("-", "_")
        in_percent = _PERCENT.fullmatch(name)
        plain = in_percent[1] if in_percent else name
        metric = _ALIASES.get(plain, plain)
        if metric not in TOLERANCES:
            unknown.append(title)
        elif metric in known:
            raise InputError(f"{where}: {metric} is there twice")
        else:
            known[metric] = Given(given.numbers / 100, given.rounding / 100) if in_percent else given
    if not known:
        raise InputError(f"{where}: none of {few(unknown)} is a metric that is checked ({', '.join(TOLERANCES)})")
    return known, unknown


def _read_csv(path: Path) -> Numbers:
    try:
        data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else None
        if data is None:
            raise InputError(
                f"{path} has more than {MOST_BYTES} bytes: give a table of the {len(pictures('uint8'))} images"
            )
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path} cannot be read as CSV ({error})") from error
    header, *lines = [row for row in rows if row] or [[]]
    titles = [title.strip().lower() for title in header]
    place = next((titles.index(title) for title in ("image", "name") if title in titles), None)
    if place is None or any(len(line) != len(header) for line in lines):
        raise InputError(f"{path}: give a column image and one for each metric, with as many cells in every line")
    found = {Path(line[place].strip()).stem: line for line in lines}
    _check_names(path, found, len(lines))
    ordered = [found[name] for name in pictures("uint8")]
    columns = {
        header[column]: _parsed(path, header[column], [line[column] for line in ordered])
        for column in range(len(header))
        if column != place
    }
    known, unknown = _sorted_out({title: given for title, given in columns.items() if given is not None}, str(path))
    return Numbers(
        str(path), "uint8", "images", known, [*unknown, *(t for t, given in columns.items() if given is None)]
    )


def _check_names(path: Path, found: Mapping[str, Any], count: int) -> None:
    names = set(pictures("uint8"))
    missing, other = sorted(names - found.keys()), sorted(found.keys() - names)
    if missing or other or count != len(names):
        wrong = f"lacks {few(missing)}" if missing else f"names {few(other)}" if other else "names an image twice"
        raise InputError(f"{path} {wrong}: give one line for each image that certify corpus=DIR writes")


def _parsed(path: Path, title: str, cells: Sequence[str]) -> Given | None:
    """The numbers of a column and how they are rounded; None for texts of a column that is no metric."""
    try:
        numbers = np.array([float(cell) for cell in cells])
    except ValueError as error:
        if re.sub(r"\W", "", title.lower()) not in {*TOLERANCES, *_ALIASES}:
            return None
        raise InputError(
            f"{path}: {title} holds {next(c for c in cells if not _is_number(c))!r:.40}, no number"
        ) from error
    digits = [len(match[1]) for cell in cells if (match := re.fullmatch(r"\s*-?\d+(?:\.(\d*))?\s*", cell)) and match[1]]
    return Given(numbers, 0.5 * 10.0 ** -max(digits, default=0) if digits and math.isfinite(max(digits)) else 0.0)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
