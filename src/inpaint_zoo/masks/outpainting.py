"""Holes along the sides of the image, for outpainting.

Source: the outpainting masks in the released code of LaMa (Suvorov et al., WACV 2022).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import probability
from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.generator import MaskRequest, draw_integers
from inpaint_zoo.masks.ranges import pixel_range, share_range

_UNIT = 1 << 30


class OutpaintingMask:
    """Strips along some of the sides, at least one.

    Args:
        size_ratio: [low, high] width of a strip, as a share of the image's height (top, bottom) or width (left, right).
        side_probability: Probability that a side has a strip; if none would, a random side has one.

    Raises:
        InputError: The range is not valid, two strips could meet, or the probability is not in [0, 1].
    """

    def __init__(self, *, size_ratio: Sequence[float] = (0.04, 0.25), side_probability: float = 0.5) -> None:
        self.size_ratio = share_range(size_ratio, "mask.size_ratio")
        if self.size_ratio[1] >= 0.5:
            raise InputError(f"mask.size_ratio={list(size_ratio)} must stay below 0.5: strips of both sides would meet")
        self.side_probability = probability(side_probability, "mask.side_probability")

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        height, width, rng = request.height, request.width, request.rng
        mask = np.zeros((1, height, width), dtype=np.uint8)
        above, below = draw_integers(rng, *pixel_range(self.size_ratio, height), 2)
        left, right = draw_integers(rng, *pixel_range(self.size_ratio, width), 2)
        strips = np.s_[:, :above], np.s_[:, height - below :], np.s_[:, :, :left], np.s_[:, :, width - right :]
        bound = round(self.side_probability * _UNIT)
        chosen = [
            strip for strip, drawn in zip(strips, draw_integers(rng, 0, _UNIT - 1, 4), strict=True) if drawn < bound
        ]
        (instead,) = draw_integers(rng, 0, 3, 1)
        for strip in chosen or [strips[instead]]:
            mask[strip] = 1
        return mask
