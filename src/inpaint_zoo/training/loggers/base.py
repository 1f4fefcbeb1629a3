"""What callbacks hand to the loggers that take more than numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from inpaint_zoo.images.arrays import Hole, Picture


@dataclass(frozen=True)
class ShownPicture:
    """One validation picture as it stands now."""

    name: str
    hole: Hole
    """(H, W), True = hole."""
    columns: Mapping[str, Picture]
    """By name: `input` (its hole hatched), the network's intermediate pictures, `output`, `composite`, `target`."""


@dataclass(frozen=True)
class WorstPicture:
    """A validation picture that was filled badly."""

    shown: ShownPicture
    ratio: float
    """Hole pixels / all pixels, in [0, 1]."""
    hole_psnr: float
    """Of its composite, in dB."""


@runtime_checkable
class TakesPictures(Protocol):
    """A logger that takes pictures."""

    def log_pictures(self, pictures: Sequence[ShownPicture], step: int) -> None:
        """Show these pictures at an optimizer step."""


@runtime_checkable
class TakesSummary(Protocol):
    """A logger that keeps what a whole training amounts to."""

    def log_best(self, values: Mapping[str, float]) -> None:
        """Keep the best value of each metric up to now, by the metric's name."""

    def log_worst(self, pictures: Sequence[WorstPicture], step: int) -> None:
        """Keep the pictures that came out worst, worst first."""
