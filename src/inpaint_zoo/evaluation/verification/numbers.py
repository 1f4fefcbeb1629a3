"""Stored records beside computed ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from inpaint_zoo.evaluation.results_file import record_of
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import RATIO

Numbers = Mapping[str, float | None]
"""Hole ratio and metrics by their keys."""
Place = tuple[str, str]
"""Method, and name of the sample."""


def numbers_of(record: Record) -> Numbers:
    """Hole ratio and metrics of a record."""
    return {RATIO: record.ratio, **record.metrics}


def different_numbers(stored: Mapping[Place, Numbers], found: Mapping[Place, Numbers], limit: float) -> Iterator[str]:
    """A line for every number that differs by more than `limit`, and for every record that is only on one side."""
    for method, name in sorted(stored.keys() | found.keys()):
        ours, theirs = found.get((method, name)), stored.get((method, name))
        if ours is None or theirs is None:
            yield f"{method}, {name}: only in {'the file' if ours is None else 'what was computed'}"
            continue
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            if key not in ours or key not in theirs:
                yield f"{method}, {name}: {key} is only in {'the file' if key in theirs else 'what was computed'}"
            elif not is_equal(theirs[key], ours[key], limit):
                yield f"{method}, {name}: {key} is {ours[key]}, the file says {theirs[key]}"


def agreed_records(stored: Mapping[Place, Numbers], found: Sequence[Record], limit: float) -> list[Record]:
    """The stored records as they should be: numbers that differ by more than `limit` are replaced by computed ones.

    What follows from records is compared with what follows from these, so that a single wrong number is named once.
    """
    return [_agreed(stored.get((record.method, record.name), {}), record, limit) for record in found]


def _agreed(stored: Numbers, found: Record, limit: float) -> Record:
    ours = numbers_of(found)
    kept = {
        key: stored[key] if key in stored and is_equal(stored[key], ours[key], limit) else ours[key] for key in ours
    }
    return record_of((found.method, found.name), kept, found.photograph)


def is_equal(one: float | None, other: float | None, limit: float) -> bool:
    """Whether two numbers differ by at most `limit`, or are both missing or infinite."""
    if one is None or other is None:
        return one is other
    return one == other or abs(one - other) <= limit
