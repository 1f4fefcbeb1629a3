"""The cost of a method; every number is measured or missing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """The cost of one method per image; None where it was not measured."""

    parameters: int | None = None
    """Number of trained parameters; 0 for a method without training."""
    gflop: float | None = None
    """Floating-point operations per image, in 10^9."""
    seconds: float | None = None
    """Time per image in seconds, on the machine that made the report."""
    peak_memory_mb: float | None = None
    """Peak memory while an image is filled, in 10^6 bytes."""
