"""Masks of a generator, drawn again until the hole ratio fits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import at_least
from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.generator import MaskGenerator, MaskRequest
from inpaint_zoo.masks.ranges import hole_counts, ratio_range


class RedrawnMask:
    """Draws masks until one has a ratio in the range; unlike `ExactRatioMask`, it does not change their shapes.

    Args:
        mask: The generator.
        ratio: [low, high] share of the pixels that are holes; low < share <= high holds for every mask.
        num_tries: How many masks are drawn at most.

    Raises:
        InputError: The range is not valid; from a call: none of the masks had such a ratio.
    """

    def __init__(self, *, mask: MaskGenerator, ratio: Sequence[float] = (0.1, 0.5), num_tries: int = 1000) -> None:
        self.mask = mask
        self.ratio = ratio_range(ratio, "mask.ratio")
        self.num_tries = at_least(1, num_tries, "mask.num_tries")

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        pixels = request.height * request.width
        fewest, most = hole_counts(self.ratio, pixels)
        counts = []
        for _ in range(self.num_tries):
            mask = self.mask(request)
            counts.append(int(np.count_nonzero(mask)))
            if fewest <= counts[-1] <= most:
                return mask
        raise InputError(
            f"mask.ratio={list(self.ratio)}: none of {self.num_tries} masks was in it, they had "
            f"{min(counts) / pixels:.1%} to {max(counts) / pixels:.1%} holes: widen it, or change what is drawn"
        )
