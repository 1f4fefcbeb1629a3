"""The order of training samples: an endless stream with a position."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from torch.utils.data import Sampler

from inpaint_zoo.runtime.random_state import random_state


class Key(NamedTuple):
    """What, together with the seed, determines a training sample."""

    epoch: int
    """Number of the pass over the images."""
    index: int  # type: ignore[assignment]  # hides tuple.index, which is not used
    """Of the image."""
    position: int
    """Samples of the stream before this one, over all ranks: the progress of training when it is used."""


class TrainingSampler(Sampler[Key]):
    """One endless stream of shuffled passes over the images, read from the position that training has reached.

    The stream depends only on the number of images and the seed. All ranks read the same stream and each takes every
    `world_size`-th sample, so that a batch over all ranks is contiguous, and no sample is dropped or repeated between
    passes.

    Args:
        num_images: Images in a pass.
        num_samples: Samples of one iteration on this rank.
        seed: Of the shuffling.
        rank: Of this process.
        world_size: Number of processes.
        position: Returns how many samples all ranks together have been trained on; called at the start of each
            iteration. (Samples that workers have loaded ahead do not count.)
    """

    def __init__(
        self, *, num_images: int, num_samples: int, seed: int, rank: int, world_size: int, position: Callable[[], int]
    ) -> None:
        self.num_images = num_images
        self.num_samples = num_samples
        self.seed = seed
        self.rank = rank
        self.world_size = world_size
        self.position = position

    def __len__(self) -> int:
        return self.num_samples

    def __iter__(self) -> Iterator[Key]:
        start = self.position() + self.rank
        order_of: tuple[int, np.ndarray] = (-1, np.empty(0))
        for position in range(start, start + self.num_samples * self.world_size, self.world_size):
            epoch, place = divmod(position, self.num_images)
            if order_of[0] != epoch:
                order_of = (epoch, random_state(self.seed, epoch).permutation(self.num_images))
            yield Key(epoch, int(order_of[1][place]), position)
