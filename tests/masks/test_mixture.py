"""A mixture takes its parts as often as their weights say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import HalfMask, MaskRequest, MixtureMask

PARTS = {"left": HalfMask(sides=["left"]), "top": HalfMask(sides=["top"]), "right": HalfMask(sides=["right"])}


def drawn(generator: Any) -> list[np.ndarray]:
    return [generator(MaskRequest(8, 8, np.random.RandomState(seed)))[0] for seed in range(300)]


def test_a_mixture_keeps_its_weights_whatever_the_order() -> None:
    weights = {"left": 3.0, "top": 1.0, "right": 0.0}
    masks = drawn(MixtureMask(masks=PARTS, weights=weights))
    lefts = sum(bool(mask[-1, 0] and not mask[0, -1]) for mask in masks)
    assert 195 < lefts < 255  # 225 expected, standard deviation 7.5
    assert not any(mask[-1, -1] for mask in masks)
    turned = MixtureMask(masks=dict(reversed(PARTS.items())), weights=dict(reversed(weights.items())))
    assert all(np.array_equal(one, other) for one, other in zip(masks, drawn(turned), strict=True))


@pytest.mark.parametrize("weights", [{"left": 1.0}, dict.fromkeys(PARTS, 0.0), dict.fromkeys(PARTS, 1.0) | {"top": -1}])
def test_unusable_weights_are_named(weights: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"mask\.weights"):
        MixtureMask(masks=PARTS, weights=weights)
