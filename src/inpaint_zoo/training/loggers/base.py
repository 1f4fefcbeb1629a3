"""Interfaces of loggers that accept images and summaries, and what callbacks pass to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from inpaint_zoo.images.arrays import Hole, ImageArray


@dataclass(frozen=True)
class ShownImage:
    """A validation image with the current outputs of the network."""

    name: str
    hole: Hole
    """(H, W), True = hole."""
    columns: Mapping[str, ImageArray]
    """By name: `input` (its hole hatched), the network's intermediate images, `output`, `composite`, `target`."""


@dataclass(frozen=True)
class WorstImage:
    """One of the validation images with the lowest PSNR in the hole."""

    shown: ShownImage
    ratio: float
    """Ratio of hole pixels to all pixels, in [0, 1]."""
    hole_psnr: float
    """PSNR of the composite in the hole, in dB."""


@runtime_checkable
class ImageLogger(Protocol):
    """A logger that accepts images."""

    def log_images(self, images: Sequence[ShownImage], step: int) -> None:
        """Log these images at an optimizer step."""


def is_before(step: int, names: Iterable[str], num_steps: int, *, validated: bool) -> bool:
    """Whether values of these names, logged at a step, precede a checkpoint; for the rest see `RewindingLogger`."""
    is_validation = any(name.startswith("val/") for name in names)
    return step <= num_steps - (is_validation and not validated)


@runtime_checkable
class RewindingLogger(Protocol):
    """A logger that can forget what a killed training has logged, but not saved."""

    def rewind(self, num_steps: int, *, validated: bool) -> None:
        """Drop what was logged after a checkpoint.

        Args:
            num_steps: Optimizer steps before the checkpoint.
            validated: Whether the checkpoint was written after the validation of its last step, if there was one.
        """


@runtime_checkable
class SummaryLogger(Protocol):
    """A logger that keeps a summary of a training."""

    def log_best(self, values: Mapping[str, float]) -> None:
        """Store the best value so far of each metric, by the name of the metric."""

    def log_worst(self, images: Sequence[WorstImage], step: int) -> None:
        """Store the worst images, worst first."""
