"""Stored estimates beside those that follow from the records."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import astuple

from inpaint_zoo.evaluation.significance import Estimate, Estimates

ROUNDING = 1e-9
"""Estimates are computed from the records in the file: they differ by rounding only, this share or amount of them."""
_NAMES = (
    "mean", "low end of the interval", "high end of the interval", "best method", "difference to the best",
    "low end of the difference's interval", "high end of the difference's interval", "p", "significance",
    "whether it is the best", "letters",
)  # fmt: skip


def different_estimates(stored: Estimates, expected: Estimates) -> Iterator[str]:
    """A line for every estimate that does not follow from the records, and for every one that is only on one side.

    Numbers may differ by rounding; p values, letters and names may not differ at all.
    """
    for place in sorted(stored.keys() | expected.keys()):
        where = f"estimates: {', '.join(place)}"
        if place not in stored or place not in expected:
            yield f"{where}: only in {'the file' if place in stored else 'what was computed'}"
            continue
        theirs, ours = _parts(stored[place]), _parts(expected[place])
        found = [
            f"{name} is {our}, the file says {their}"
            for name, our, their in zip(_NAMES, ours, theirs, strict=True)
            if not _is_equal(name, our, their)
        ]
        if found:
            yield f"{where}: {'; '.join(found)}"


def agreed_estimates(stored: Estimates, expected: Estimates) -> dict[tuple[str, str, str], Estimate]:
    """The stored estimates where they follow from the records, and the expected ones elsewhere."""
    wrong = {place for place in expected if place not in stored or any(_differences(stored[place], expected[place]))}
    return {place: expected[place] if place in wrong else stored[place] for place in expected}


def _differences(one: Estimate, other: Estimate) -> Iterator[bool]:
    for name, own, its in zip(_NAMES, _parts(one), _parts(other), strict=True):
        yield not _is_equal(name, own, its)


def _parts(estimate: Estimate) -> list[object]:
    """All values of an estimate, in the order of `_NAMES`."""
    found = estimate.difference
    to, value, interval, p, significant = (None,) * 5 if found is None else astuple(found)
    ends, far_ends = (list(own or (None, None)) for own in (estimate.interval, interval))
    return [estimate.mean, *ends, to, value, *far_ends, p, significant, estimate.is_best, estimate.letters]


def _is_equal(name: str, one: object, other: object) -> bool:
    if name != "p" and isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=ROUNDING, abs_tol=ROUNDING)
    return one == other and type(one) is type(other)
