"""The plot of a sweep: the best value of each job."""

from __future__ import annotations

import io
from collections.abc import Sequence
from statistics import fmean

from inpaint_zoo.jobs.sweep.outcome import Outcome
from inpaint_zoo.training.monitor import Monitor, format_value

_LONGEST_LABEL = 50
_REPEATED = "seed"
"""Jobs that differ only in this key share a row."""


def draw(outcomes: Sequence[Outcome], monitor: Monitor) -> bytes:
    """Draw a PNG with a row for each job; jobs that differ only in their seed share one, with a bar at their mean.

    Args:
        outcomes: The outcomes, in the order of the rows.
        monitor: The metric of their values.

    Raises:
        ModuleNotFoundError: Matplotlib is missing.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, and an optional package

    rows = _rows(outcomes)
    figure = Figure(figsize=(9, 1 + 0.3 * len(rows)), dpi=150, layout="constrained")
    axes = figure.subplots()
    best = monitor.best(outcome.best for outcome in outcomes if outcome.best is not None)
    for place, row in enumerate(rows.values()):
        values = [outcome.best for outcome in row if outcome.best is not None]
        axes.scatter(values, [place] * len(values), c=["C3" if value == best else "C0" for value in values], zorder=3)
        if len(values) > 1:
            axes.plot(fmean(values), place, "|", color="gray", markersize=18)
        note = format_value(fmean(values)) if values else row[0].state
        axes.text(1.02, place, note, transform=axes.get_yaxis_transform(), verticalalignment="center")
    labels = [label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…" for label in rows]
    axes.set_yticks(range(len(rows)), labels, parse_math=False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(monitor.name)
    axes.grid(axis="x")
    encoded = io.BytesIO()
    figure.savefig(encoded, format="png")
    return encoded.getvalue()


def _rows(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of each row, by its label."""
    rows: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        kept = {key: value for key, value in outcome.varied.items() if key != _REPEATED} or outcome.varied
        label = " ".join(f"{key.rpartition('.')[2]}={value}" for key, value in kept.items())
        rows.setdefault(label or f"job {outcome.number}", []).append(outcome)
    return rows
