"""How sure means and differences are: paired cluster bootstrap and paired permutation test."""

from inpaint_zoo.statistics.certainty import SIGNIFICANCE, Certainty, Difference, Interval, certainties

__all__ = ["SIGNIFICANCE", "Certainty", "Difference", "Interval", "certainties"]
