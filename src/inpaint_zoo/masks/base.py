"""What a mask generator is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np


@dataclass(frozen=True)
class MaskRequest:
    """What a mask is made for."""

    height: int
    """Pixels."""
    width: int
    """Pixels."""
    rng: np.random.RandomState
    """The only source of randomness. `RandomState`, because its streams are frozen."""
    progress: float = 1.0
    """The share of training that is done, in [0, 1]; 1 in evaluation."""
    index: int | None = None
    """The sample's position in an evaluation set, None in training. Generators that promise equal bins or go through
    files in turn use it."""
    name: str | None = None
    """The image's name, None in training. Generators that pair images with masks use it."""


class MaskGenerator(Protocol):
    """Makes masks. The same request and the same state of its `rng` give the same pixels on every machine."""

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), exactly 0 or 1, 1 = hole."""
        ...


@runtime_checkable
class MasksFromFiles(Protocol):
    """A generator whose masks lie in files."""

    def file_name(self, index: int, name: str) -> str:
        """The file, by its path below the folder of masks, of sample `index` of an evaluation set, image `name`."""
        ...


def draw_integers(rng: np.random.RandomState, low: int, high: int, num: int) -> list[int]:
    """Draw `num` integers from low to high, both included."""
    # a fixed dtype: the default one differs between platforms, and the stream with it
    if num == 1:  # the same number, in half the time
        return [int(rng.randint(low, high + 1, dtype=np.int64))]
    drawn: list[int] = rng.randint(low, high + 1, size=num, dtype=np.int64).tolist()
    return drawn
