"""Intervals and significance of means over photographs: confidence intervals, and tests of all pairs of methods."""

from inpaint_zoo.evaluation.significance.estimates import (
    NUM_RESAMPLES,
    Difference,
    Estimate,
    Estimates,
    Interval,
    estimates_of,
)
from inpaint_zoo.evaluation.significance.intervals import CONFIDENCE, FEWEST
from inpaint_zoo.evaluation.significance.pairs import SIGNIFICANCE

__all__ = [
    "CONFIDENCE",
    "FEWEST",
    "NUM_RESAMPLES",
    "SIGNIFICANCE",
    "Difference",
    "Estimate",
    "Estimates",
    "Interval",
    "estimates_of",
]
