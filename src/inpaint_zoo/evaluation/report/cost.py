"""What a method costs; every number is measured or left out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one method takes for one image; None where it was not measured."""

    parameters: int | None = None
    """Numbers that the network has learned; 0 for a method that learns nothing."""
    gflop: float | None = None
    """Floating-point operations of one image, in 10^9."""
    seconds: float | None = None
    """Time for one image on the machine that the report names."""
    peak_memory_mb: float | None = None
    """Largest memory while one image is filled, in 10^6 bytes."""
