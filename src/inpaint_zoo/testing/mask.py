"""What every mask generator must do."""

from __future__ import annotations

import pickle
from typing import Any, ClassVar

import numpy as np

from inpaint_zoo.masks import MaskGenerator, MaskRequest
from inpaint_zoo.runtime.random_state import random_state


def check_mask(mask: np.ndarray, height: int, width: int) -> None:
    """Assert that a mask is uint8 (1, height, width), exactly 0 or 1, with a hole."""
    assert mask.shape == (1, height, width)
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) <= {0, 1}
    assert mask.any()


class MaskConformance:
    """Tests of a mask generator."""

    sizes: ClassVar[tuple[tuple[int, int], ...]] = ((64, 64), (57, 200), (1024, 700), (32, 1024))
    """(height, width) of masks."""
    fewest: ClassVar[int] = 4
    """How many of 12 keys give different masks, at least; 1 for a mask that is always the same."""

    def make_mask(self) -> MaskGenerator:
        """A new generator."""
        raise NotImplementedError

    def drawn(self, height: int, width: int, *key: int, **more: Any) -> np.ndarray:
        """The mask of a new generator for a key."""
        return self.make_mask()(MaskRequest(height, width, random_state(*key), name="a.jpg", **more))

    def test_any_size_is_binary_and_the_same_for_the_same_key(self) -> None:  # noqa: D102
        for seed, (height, width) in enumerate(self.sizes):
            for more in ({}, {"index": seed}, {"index": 10**6, "progress": 0.5}):
                mask = self.drawn(height, width, seed, **more)
                check_mask(mask, height, width)
                np.random.seed(0)  # of no consequence: `rng` is the only source of randomness
                assert np.array_equal(mask, self.drawn(height, width, seed, **more))

    def test_other_keys_give_other_masks(self) -> None:  # noqa: D102
        assert len({self.drawn(64, 64, 0, index).tobytes() for index in range(12)}) >= self.fewest

    def test_a_worker_process_gets_the_same_generator(self) -> None:
        """On macOS and Windows it is sent to them, as bytes."""
        sent: MaskGenerator = pickle.loads(pickle.dumps(self.make_mask()))
        mask = sent(MaskRequest(64, 64, random_state(1), name="a.jpg"))
        assert np.array_equal(mask, self.drawn(64, 64, 1))

    def test_a_generator_remembers_nothing(self) -> None:
        """Workers and resumed trainings draw the masks of a generator in another order."""
        generator = self.make_mask()
        for key in (3, 1, 3):
            mask = generator(MaskRequest(64, 64, random_state(key), name="a.jpg"))
            assert np.array_equal(mask, self.drawn(64, 64, key))
