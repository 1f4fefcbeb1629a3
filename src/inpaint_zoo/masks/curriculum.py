"""Hole ratios whose range widens during training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.exact_ratio import mask_within
from inpaint_zoo.masks.generator import MaskGenerator, MaskRequest
from inpaint_zoo.masks.ranges import ratio_range


class CurriculumMask:
    """As `ExactRatioMask`, with a range that widens linearly from `start` to `ratio`; evaluation uses `ratio`.

    Args:
        mask: The generator.
        start: [low, high] share of the pixels that are holes when training starts; lies in `ratio`.
        ratio: [low, high] share when it ends.

    Raises:
        InputError: A range is not valid, or `start` does not lie in `ratio`; from a call: as `ExactRatioMask`.
    """

    def __init__(
        self, *, mask: MaskGenerator, start: Sequence[float] = (0.0, 0.1), ratio: Sequence[float] = (0.0, 0.6)
    ) -> None:
        self.mask = mask
        self.start = ratio_range(start, "mask.start")
        self.ratio = ratio_range(ratio, "mask.ratio")
        if self.start[0] < self.ratio[0] or self.start[1] > self.ratio[1]:
            raise InputError(f"mask.start={list(start)} must lie in mask.ratio={list(ratio)}")

    def range_at(self, progress: float) -> tuple[float, float]:
        """The [low, high] share of holes when a share `progress` of training is done."""
        (first_low, first_high), (low, high) = self.start, self.ratio
        done = min(max(progress, 0.0), 1.0)
        return first_low * (1 - done) + low * done, first_high * (1 - done) + high * done

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        return mask_within(self.range_at(request.progress), self.mask, request)
