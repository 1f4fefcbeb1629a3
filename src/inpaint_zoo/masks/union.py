"""Masks with the holes of several generators."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.generator import MaskGenerator, MaskRequest, draw_integers

_UNIT = 1 << 30


class UnionMask:
    """Every mask has the holes of some of the generators, at least one.

    Args:
        masks: The generators by names of your choice.
        probabilities: Probability that each takes part, by the same names; if none would, a random one does.

    Raises:
        InputError: The names differ, or a probability is not in [0, 1].
    """

    def __init__(self, *, masks: Mapping[str, MaskGenerator], probabilities: Mapping[str, float]) -> None:
        if not masks or set(masks) != set(probabilities):
            given, wanted = ", ".join(probabilities), ", ".join(masks)
            raise InputError(f"mask.probabilities has {given}: give one for each of {wanted}")
        if not all(0 <= probability <= 1 for probability in probabilities.values()):
            raise InputError(f"mask.probabilities={dict(probabilities)} must lie in [0, 1]")
        self._parts = [(masks[name], round(probabilities[name] * _UNIT)) for name in sorted(masks)]

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        dice = draw_integers(request.rng, 0, _UNIT - 1, len(self._parts))
        (instead,) = draw_integers(request.rng, 0, len(self._parts) - 1, 1)
        chosen = [mask for (mask, bound), drawn in zip(self._parts, dice, strict=True) if drawn < bound]
        union = np.zeros((1, request.height, request.width), dtype=np.uint8)
        for mask in chosen or [self._parts[instead][0]]:
            union |= mask(request)
        return union
