"""Published tables, quoted: numbers of a paper by method and metric, as far as they could be read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inpaint_zoo.errors import InputError

FOLDER = Path(__file__).parent
"""Where the files lie; their columns are `table`, `method`, and METRIC_FROM_TO, a metric in a bin of the hole ratio."""


@dataclass(frozen=True)
class Quoted:
    """A table of a paper."""

    source: str
    """What it is and how it was measured, in a sentence."""
    rows: Mapping[str, Mapping[str, float]]
    """By variant: numbers by METRIC_FROM_TO, such as `psnr_0_20`."""

    def number(self, variant: str, metric: str, bin_name: str) -> float | None:
        """The number of a variant in a bin such as `0-20`; None where the paper has none."""
        return self.rows.get(variant, {}).get(f"{metric}_{bin_name.replace('-', '_')}")


def read_quoted(file: str, table: str, source: str, variants: Mapping[str, str]) -> Quoted:
    """Read a table that comes with the package.

    Args:
        file: Name of the file, without suffix.
        table: Its value in the column `table`.
        source: For the note below the table.
        variants: The paper's name of each variant.

    Raises:
        InputError: The file or a row is missing.
    """
    path = FOLDER / f"{Path(file).name}.csv"
    if not path.is_file():
        raise InputError(f"study.quoted.file={file}: no such table comes with the package")
    lines = [line for line in csv.DictReader(path.read_text(encoding="utf-8").splitlines()) if line["table"] == table]
    by_method = {line["method"]: line for line in lines}
    missing = [title for title in variants.values() if title not in by_method]
    if missing:
        raise InputError(f"study.quoted: {file} has no row {missing[0]!r} in {table}")
    rows = {
        variant: {key: float(text) for key, text in by_method[title].items() if key[-1].isdigit() and text}
        for variant, title in variants.items()
    }
    return Quoted(source, rows)
