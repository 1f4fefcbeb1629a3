"""Masks of one of several generators, chosen at random."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.drawing.steps import Drawing, DrawnMask, drawing_of
from inpaint_zoo.masks.generator import MaskGenerator, MaskRequest, draw_integers

_UNIT = 1 << 30


class MixtureMask(DrawnMask):
    """Every mask comes from one of the generators, chosen by weight.

    Args:
        masks: The generators by names of your choice.
        weights: How often each is chosen, relative to the others, by the same names.

    Raises:
        InputError: The names differ, or no weight is above 0.
    """

    def __init__(self, *, masks: Mapping[str, MaskGenerator], weights: Mapping[str, float]) -> None:
        if set(masks) != set(weights):
            raise InputError(f"mask.weights has {', '.join(weights)}: give one weight for each of {', '.join(masks)}")
        if any(weight < 0 for weight in weights.values()) or not sum(weights.values()) > 0:
            raise InputError(f"mask.weights={dict(weights)} must be at least 0, and one of them above 0")
        # sorted by name: the order of a mapping depends on how it was built
        self._masks = [masks[name] for name in sorted(masks)]
        shares = np.cumsum([weights[name] for name in sorted(masks)]) / sum(weights.values())
        self._bounds = [round(share * _UNIT) for share in shares]

    def drawing(self, request: MaskRequest) -> Drawing:
        """The steps of the next mask."""
        (drawn,) = draw_integers(request.rng, 0, self._bounds[-1] - 1, 1)
        mask = next(mask for mask, bound in zip(self._masks, self._bounds, strict=True) if drawn < bound)
        return drawing_of(mask, request)
