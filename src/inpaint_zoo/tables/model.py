"""A table as plain values: its content, not how it is rendered."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

MISSING = "–"
"""Shown where a value is not defined or not available."""
TIE_SIGN = "†"
"""Marks values not significantly different from the best."""
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories of characters that control a terminal or the direction of text, or cannot be encoded."""


class Column(NamedTuple):
    """A column, or a metric from which columns are made."""

    key: str
    """Name in records and in CSV files."""
    title: str
    """Title with unit."""
    digits: int = 0
    """Number of digits after the decimal point."""
    higher_is_better: bool | None = None
    """None where no value is better than another."""
    scale: float = 1.0
    """Shown value / recorded value."""
    is_text: bool = False
    """Text is aligned left and may be broken into lines; numbers are aligned right."""
    groups: bool = False
    """Whether rows with the same text in this column, the first one, are a group: the text is shown once per group."""
    kind: str = ""
    """CSS class of the column on a page, which may hide it."""

    @property
    def heading(self) -> str:
        """Title with an arrow that shows which values are better."""
        return self.title if self.higher_is_better is None else f"{self.title} {'↑' if self.higher_is_better else '↓'}"

    def show(self, value: float | None) -> str:
        """A value as text, scaled and rounded."""
        if value is None:
            return MISSING
        return "∞" if value == math.inf else f"{value * self.scale:.{self.digits}f}"

    def show_signed(self, value: float | None) -> str:
        """A difference of values as text, scaled, rounded and with its sign."""
        if value is None or not math.isfinite(value):
            return MISSING
        return f"{value * self.scale:+.{self.digits}f}".replace("-", "−")

    def best(self, values: Mapping[str, float | None]) -> set[str]:
        """Names with the best value as shown; empty where there are fewer than two values."""
        ranked = self._ranked(values)
        return set(ranked[0]) if sum(map(len, ranked)) > 1 else set()

    def second(self, values: Mapping[str, float | None]) -> set[str]:
        """Names with the second best value as shown; empty where several names are best."""
        ranked = self._ranked(values)
        return set(ranked[1]) if len(ranked) > 1 and len(ranked[0]) == 1 else set()

    def _ranked(self, values: Mapping[str, float | None]) -> list[list[str]]:
        """Names in groups with the same value as shown, the best first."""
        groups: dict[float, list[str]] = {}
        for name, value in values.items():
            if value is not None:
                groups.setdefault(value if value == math.inf else float(self.show(value)), []).append(name)
        return [groups[value] for value in sorted(groups, reverse=bool(self.higher_is_better))]


@dataclass(frozen=True)
class Cell:
    """The content of one cell."""

    shown: str
    """The text; line breaks stay where a cell may have several lines."""
    value: str | None = None
    """The unrounded value, for sorting and for CSV files; empty: a missing value; None: the same as `shown`."""
    best: bool = False
    second: bool = False
    tied: bool = False
    """Whether the value is not significantly different from the best."""
    below: Mapping[str, str] = field(default_factory=dict)
    """Smaller texts below or after the value, by their CSS class."""
    color: str = ""
    """Colour in a terminal."""
    link: str = ""
    """Where the name of a row leads on a page, such as `#costs`."""


Row: TypeAlias = Sequence[Cell | str]
"""One cell per column; a plain text is the same as a cell with this text."""


@dataclass(frozen=True)
class Table:
    """Columns and rows with their title."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    subtitle: str = ""
    """Shown together with the title, such as a warning."""
    note: str = ""
    """A remark."""

    @property
    def headings(self) -> tuple[str, ...]:
        """The heading of every column."""
        return tuple(column.heading for column in self.columns)

    def cells(self) -> list[list[Cell]]:
        """The rows, with texts as cells."""
        return [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in self.rows]

    def without(self, *keys: str) -> Table:
        """The same table without the columns with these keys."""
        kept = [place for place, column in enumerate(self.columns) if column.key not in keys]
        rows = [[row[place] for place in kept] for row in self.rows]
        return replace(self, columns=[self.columns[place] for place in kept], rows=rows)


def printable(text: str) -> str:
    """Replace control characters and invalid Unicode by escapes; line breaks stay."""
    if text.isprintable():
        return text
    return "".join(
        sign.encode("unicode_escape").decode() if sign != "\n" and unicodedata.category(sign) in _UNSEEN else sign
        for sign in text
    )
