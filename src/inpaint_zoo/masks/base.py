"""What a mask generator is."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np


class MaskGenerator(Protocol):
    """Makes masks. The same arguments and the same state of `rng` give the same pixels on every machine."""

    def __call__(
        self,
        height: int,
        width: int,
        rng: np.random.RandomState,
        progress: float = 1.0,
        *,
        index: int | None = None,
        name: str | None = None,
    ) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), exactly 0 or 1, 1 = hole.

        Args:
            height: Pixels.
            width: Pixels.
            rng: The only source of randomness. `RandomState`, because its streams are frozen.
            progress: The share of training that is done, in [0, 1]; 1 in evaluation.
            index: The sample's position in an evaluation set, None in training. Generators that promise equal bins
                or go through files in turn use it.
            name: The picture's name, None in training. Generators that pair pictures with masks use it.
        """
        ...


@runtime_checkable
class MasksFromFiles(Protocol):
    """A generator whose masks lie in files."""

    def file_name(self, index: int, name: str) -> str:
        """The file, by its path below the folder of masks, of sample `index` of an evaluation set, picture `name`."""
        ...


def draw_integers(rng: np.random.RandomState, low: int, high: int, num: int) -> list[int]:
    """Draw `num` integers from low to high, both included."""
    # a fixed dtype: the default one differs between platforms, and the stream with it
    if num == 1:  # the same number, in half the time
        return [int(rng.randint(low, high + 1, dtype=np.int64))]
    drawn: list[int] = rng.randint(low, high + 1, size=num, dtype=np.int64).tolist()
    return drawn
