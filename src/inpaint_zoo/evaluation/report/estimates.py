"""Estimates as text: confidence intervals, differences to the best method, p values."""

from __future__ import annotations

from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.significance import Estimate, Interval
from inpaint_zoo.metrics.bins import ALL
from inpaint_zoo.tables import MISSING, Column


def estimate_of(report: Report, bin_name: str, method: str, column: Column) -> Estimate | None:
    """The estimate of a mean; None where the mean is not defined or the report has no estimates."""
    found: Estimate | None = report.estimates.get((bin_name, method, column.key))
    return found


def is_tied(estimate: Estimate | None) -> bool:
    """Whether the method is not the best one, but does not differ significantly from it."""
    return estimate is not None and estimate.difference is not None and not estimate.difference.significant


def interval_text(column: Column, interval: Interval | None) -> str:
    """`[22.80, 25.30]`, or `[–]` where no interval is defined."""
    return f"[{MISSING}]" if interval is None else f"[{column.show(interval.low)}, {column.show(interval.high)}]"


def half_width_text(column: Column, interval: Interval | None) -> str:
    """`±1.25`: half the width of an interval, whose centre need not be the mean."""
    return MISSING if interval is None else f"±{column.show((interval.high - interval.low) / 2)}"


def signed_interval_text(column: Column, interval: Interval | None) -> str:
    """`[−1.90, +0.30]`, or `[–]` where no interval is defined."""
    limits = (MISSING,) if interval is None else map(column.show_signed, interval)
    return f"[{', '.join(limits)}]"


def p_text(p: float) -> str:
    """Three decimals, or `< 0.001`."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def num_photographs(report: Report, bin_name: str = ALL) -> int:
    """Number of original photographs in a bin, the units of resampling."""
    return len({record.photograph for record in report.records if bin_name in record.bins})
