"""Confidence intervals and significance of means: paired cluster bootstrap and paired permutation test."""

from inpaint_zoo.evaluation.significance.bootstrap import CONFIDENCE
from inpaint_zoo.evaluation.significance.estimates import (
    NUM_RESAMPLES,
    SIGNIFICANCE,
    Difference,
    Estimate,
    Estimates,
    Interval,
    estimates_of,
)

__all__ = [
    "CONFIDENCE",
    "NUM_RESAMPLES",
    "SIGNIFICANCE",
    "Difference",
    "Estimate",
    "Estimates",
    "Interval",
    "estimates_of",
]
