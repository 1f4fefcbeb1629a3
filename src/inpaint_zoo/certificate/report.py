"""A certificate for people, in lines of 80 columns, and for programs, as JSON."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from inpaint_zoo.certificate.definitions import pictures
from inpaint_zoo.certificate.given import Numbers
from inpaint_zoo.certificate.verdict import Verdict

WIDTH = 80
"""Columns of a terminal."""
_INDENT = 11
"""Columns before the text of a metric."""


def lines(numbers: Numbers, verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What is printed of the metrics."""
    means = [verdict.metric for verdict in verdicts if numbers.metrics[verdict.metric].is_mean]
    values = f"one number of all: {', '.join(means)}" if means else "one number for each"
    yield from textwrap.wrap(
        f"{numbers.subject}: {len(pictures('uint8'))} images, {numbers.pictures}; {values}",
        WIDTH,
        subsequent_indent="  ",
    )
    for verdict in verdicts:
        first, *others = list(_found(verdict))
        yield from _wrapped(f"  {verdict.metric:<{_INDENT - 2}}{first}")
        for line in others:
            yield from _wrapped(f"{'':<{_INDENT}}{line}")
    if numbers.unknown:
        yield from textwrap.wrap(f"not checked: {', '.join(numbers.unknown)}", WIDTH, subsequent_indent="  ")


def _wrapped(line: str) -> list[str]:
    return textwrap.wrap(line, WIDTH, subsequent_indent=" " * (_INDENT + 2), break_on_hyphens=False)


def _found(verdict: Verdict) -> Iterator[str]:
    if verdict.agrees:
        yield f"agrees with {', '.join(verdict.agrees)}"
    if verdict.explanations:
        yield f"{'but ' if verdict.agrees else ''}differs from {verdict.base}:"
        for number, explanation in enumerate(verdict.explanations):
            yield f"{'or: ' if number else ''}{'; and '.join(explanation)}"
    elif not verdict.agrees or verdict.hints:
        distance = verdict.distances[verdict.base]
        size = f"by up to {distance:.3g}" if math.isfinite(distance) else "in what is not finite"
        yield f"{'but ' if verdict.agrees else ''}differs from {verdict.base} {size}; no known difference explains it"
        yield from verdict.hints


def as_json(numbers: Numbers, verdicts: Sequence[Verdict], protocols: Sequence[str], version: str) -> str:
    """The same as a JSON object, numbers that are not finite as texts."""
    entries = {verdict.metric: _entry(verdict, numbers) for verdict in verdicts}
    content: Mapping[str, Any] = {
        "kind": "inpaint-zoo certificate",
        "version": version,
        "metrics_of": numbers.subject,
        "form": numbers.form,
        "images": numbers.pictures,
        "certified": list(protocols),
        "metrics": entries,
        "not_checked": list(numbers.unknown),
    }
    return f"{json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)}\n"


def _entry(verdict: Verdict, numbers: Numbers) -> dict[str, Any]:
    given = numbers.metrics[verdict.metric].numbers
    names = ["mean"] if len(given) == 1 else list(pictures("uint8"))
    return {
        "agrees_with": list(verdict.agrees),
        "differs_from": verdict.base if verdict.explanations or verdict.hints or not verdict.agrees else None,
        "explanations": [list(explanation) for explanation in verdict.explanations],
        "hints": list(verdict.hints),
        "largest_difference": {name: _finite(distance) for name, distance in verdict.distances.items()},
        "values": {name: _finite(float(number)) for name, number in zip(names, given, strict=True)},
    }


def _finite(number: float) -> float | str:
    return number if math.isfinite(number) else str(number)
