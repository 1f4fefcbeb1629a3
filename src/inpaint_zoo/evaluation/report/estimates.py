"""Estimates as text: confidence intervals, letters of groups, differences to the best method, p values."""

from __future__ import annotations

from collections.abc import Iterable

from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.significance import FEWEST, Estimate, Interval
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES
from inpaint_zoo.tables import MISSING, Column

TOO_FEW = "too few photographs"
"""Stands in the place of intervals, p values and marks where there are fewer than `FEWEST`."""


def estimate_of(report: Report, bin_name: str, method: str, column: Column) -> Estimate | None:
    """The estimate of a mean; None where the mean is not defined or the report has no estimates."""
    found: Estimate | None = report.estimates.get((bin_name, method, column.key))
    return found


def is_tied(estimate: Estimate | None) -> bool:
    """Whether the method is not the best one, but does not differ significantly from it."""
    found = None if estimate is None else estimate.difference
    return found is not None and found.significant is False


def estimate_text(column: Column, estimate: Estimate | None) -> str:
    """`[22.80, 25.30] ab`: interval and letters, empty where there are none."""
    if estimate is None or estimate.interval is None:
        return ""
    low, high = map(column.show, estimate.interval)
    return f"[{low}, {high}] {estimate.letters}".rstrip()


def half_width_text(column: Column, interval: Interval) -> str:
    """`±1.25`: half the width of an interval."""
    return f"±{column.show((interval.high - interval.low) / 2)}"


def signed_interval_text(column: Column, interval: Interval | None) -> str:
    """`[−1.90, +0.30]`, or that there are too few photographs."""
    return TOO_FEW if interval is None else f"[{', '.join(map(column.show_signed, interval))}]"


def p_text(p: float | None) -> str:
    """Three decimals, or `< 0.001`."""
    if p is None:
        return MISSING
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def has_too_few(report: Report, bin_name: str) -> bool:
    """Whether a bin has images, but too few photographs for intervals; False in reports without estimates."""
    return bool(report.estimates) and 0 < num_photographs(report, bin_name) < FEWEST


def too_few_note(bins: Iterable[str]) -> str:
    """Says that these bins have too few photographs."""
    titles = ", ".join(BIN_TITLES[name] for name in bins)
    return f"{TOO_FEW.capitalize()} for intervals, p values and marks, fewer than {FEWEST}: {titles}."


def num_photographs(report: Report, bin_name: str = ALL) -> int:
    """Number of original photographs in a bin, the units of resampling."""
    return len({record.photograph for record in report.records if bin_name in record.bins})
