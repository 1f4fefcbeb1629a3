"""What callbacks hand to the loggers that take more than numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from inpaint_zoo.images.arrays import Hole, ImageArray


@dataclass(frozen=True)
class ShownImage:
    """One validation image as it stands now."""

    name: str
    hole: Hole
    """(H, W), True = hole."""
    columns: Mapping[str, ImageArray]
    """By name: `input` (its hole hatched), the network's intermediate images, `output`, `composite`, `target`."""


@dataclass(frozen=True)
class WorstImage:
    """A validation image that was filled badly."""

    shown: ShownImage
    ratio: float
    """Hole pixels / all pixels, in [0, 1]."""
    hole_psnr: float
    """Of its composite, in dB."""


@runtime_checkable
class TakesImages(Protocol):
    """A logger that takes images."""

    def log_images(self, images: Sequence[ShownImage], step: int) -> None:
        """Show these images at an optimizer step."""


@runtime_checkable
class TakesSummary(Protocol):
    """A logger that keeps what a whole training amounts to."""

    def log_best(self, values: Mapping[str, float]) -> None:
        """Keep the best value of each metric up to now, by the metric's name."""

    def log_worst(self, images: Sequence[WorstImage], step: int) -> None:
        """Keep the images that came out worst, worst first."""
