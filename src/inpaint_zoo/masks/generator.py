"""What a mask generator is, and what it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile


@dataclass(frozen=True)
class MaskRequest:
    """The arguments of a mask generator."""

    height: int
    """Pixels."""
    width: int
    """Pixels."""
    rng: np.random.RandomState
    """The only source of randomness; a `RandomState`, because NumPy never changes its streams."""
    progress: float = 1.0
    """The share of training that is done, in [0, 1]; 1 in evaluation."""
    index: int | None = None
    """The turn of a sample of an evaluation set, None in training; for generators that use bins or files in turn."""
    name: str | None = None
    """The image's name, None in training; for generators that pair images with masks."""


class MaskGenerator(Protocol):
    """Makes masks. Equal requests, with equal states of `rng`, give equal pixels on every machine."""

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), exactly 0 or 1, 1 = hole."""
        ...


@runtime_checkable
class MasksFromFiles(Protocol):
    """A generator that reads its masks from files."""

    def mask_file(self, index: int, name: str) -> ImageFile:
        """The file of the mask of a request with this `index` and `name`, named by its path below the folder."""
        ...


def checked_generator(given: Any, key: str) -> MaskGenerator:
    """Return what was given as a generator of masks.

    Raises:
        InputError: It is none, such as the name of a kind of masks, or a class instead of an object.
    """
    if isinstance(given, type) or not callable(given):
        raise InputError(f"{key}={given!r} makes no masks: give an object that does, such as BoxMask()")
    generator: MaskGenerator = given
    return generator


def draw_integers(rng: np.random.RandomState, low: int, high: int, num: int) -> list[int]:
    """Draw `num` integers from `low` to `high`, both included."""
    # a fixed dtype: the default one, and so the stream, differs between platforms
    if num == 1:  # the same number in half the time
        return [int(rng.randint(low, high + 1, dtype=np.int64))]
    drawn: list[int] = rng.randint(low, high + 1, size=num, dtype=np.int64).tolist()
    return drawn
