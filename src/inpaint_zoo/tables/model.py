"""A table as plain values: what stands in it, not how it is drawn."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

MISSING = "–"
"""Shown where a value is not defined or not available."""
TIE_SIGN = "†"
"""Stands beside a value that is not told apart from the best."""
_UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories of characters that steer a terminal or the direction of text, or that no file can hold."""


class Column(NamedTuple):
    """One column, or one metric that columns are made of."""

    key: str
    """Name in records and in CSV files."""
    title: str
    """With its unit."""
    digits: int = 0
    """After the decimal point."""
    higher_is_better: bool | None = None
    """None where no value is better than another."""
    scale: float = 1.0
    """Shown value / recorded value."""
    is_text: bool = False
    """Text stands at the left, and may be broken into lines; numbers stand at the right."""
    groups: bool = False
    """Whether the rows that share a text in this column, the first one, belong together: it is shown once."""
    kind: str = ""
    """Class of the column on a page, which may hide it."""

    @property
    def heading(self) -> str:
        """Title with an arrow towards better values."""
        return self.title if self.higher_is_better is None else f"{self.title} {'↑' if self.higher_is_better else '↓'}"

    def show(self, value: float | None) -> str:
        """Rounded text of a recorded value."""
        if value is None:
            return MISSING
        return "∞" if value == math.inf else f"{value * self.scale:.{self.digits}f}"

    def show_signed(self, value: float | None) -> str:
        """Rounded text of a difference of recorded values, with its sign."""
        if value is None or not math.isfinite(value):
            return MISSING
        return f"{value * self.scale:+.{self.digits}f}".replace("-", "−")

    def best(self, values: Mapping[str, float | None]) -> set[str]:
        """Names whose shown value nobody beats; nobody is best where there is nothing to compare with."""
        ranked = self._ranked(values)
        return set(ranked[0]) if sum(map(len, ranked)) > 1 else set()

    def second(self, values: Mapping[str, float | None]) -> set[str]:
        """Names whose shown value only the one best name beats; nobody is second to a shared first place."""
        ranked = self._ranked(values)
        return set(ranked[1]) if len(ranked) > 1 and len(ranked[0]) == 1 else set()

    def _ranked(self, values: Mapping[str, float | None]) -> list[list[str]]:
        """Names in groups that look equal, the best first."""
        groups: dict[float, list[str]] = {}
        for name, value in values.items():
            if value is not None:
                groups.setdefault(value if value == math.inf else float(self.show(value)), []).append(name)
        return [groups[value] for value in sorted(groups, reverse=bool(self.higher_is_better))]


@dataclass(frozen=True)
class Cell:
    """What stands in one place."""

    shown: str
    """Text; a line break stays one where a cell may have lines."""
    value: str | None = None
    """The unrounded value, for sorting and for CSV files: empty where there is none, None where it is `shown`."""
    best: bool = False
    second: bool = False
    tied: bool = False
    """Not told apart from the best."""
    below: Mapping[str, str] = field(default_factory=dict)
    """Smaller texts that stand below or behind it, by their class on a page."""
    color: str = ""
    """In a terminal."""


Row: TypeAlias = Sequence[Cell | str]
"""One cell a column; a plain text stands for a cell of it."""


@dataclass(frozen=True)
class Table:
    """Columns, rows, and what is said of them."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    subtitle: str = ""
    """What must be read with the title."""
    note: str = ""
    """A remark of minor weight."""

    @property
    def headings(self) -> tuple[str, ...]:
        """One a column."""
        return tuple(column.heading for column in self.columns)

    def cells(self) -> list[list[Cell]]:
        """The rows, every place a cell."""
        return [[cell if isinstance(cell, Cell) else Cell(cell) for cell in row] for row in self.rows]

    def without(self, *keys: str) -> Table:
        """The same table with fewer columns."""
        kept = [place for place, column in enumerate(self.columns) if column.key not in keys]
        rows = [[row[place] for place in kept] for row in self.rows]
        return replace(self, columns=[self.columns[place] for place in kept], rows=rows)


def printable(text: str) -> str:
    """Text without control characters: they, and what is no Unicode, become escapes; line breaks stay."""
    if text.isprintable():
        return text
    signs = (sign if sign == "\n" or unicodedata.category(sign) not in _UNSEEN else _escape(sign) for sign in text)
    return "".join(signs)


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode()
