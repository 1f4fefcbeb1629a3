"""A union takes its parts as often as their probabilities say, and is never empty."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import HalfMask, MaskRequest, UnionMask

PARTS = {"left": HalfMask(sides=["left"]), "top": HalfMask(sides=["top"]), "right": HalfMask(sides=["right"])}


def drawn(generator: Any) -> list[np.ndarray]:
    return [generator(MaskRequest(8, 8, np.random.RandomState(seed)))[0] for seed in range(300)]


def test_a_union_takes_parts_with_their_probabilities() -> None:
    masks = drawn(UnionMask(masks=PARTS, probabilities={"left": 1.0, "top": 0.5, "right": 0.0}))
    assert all(mask[-1, 0] and not mask[-1, -1] for mask in masks)
    assert 115 < sum(bool(mask[0, -1]) for mask in masks) < 185


def test_a_union_is_never_empty() -> None:
    masks = drawn(UnionMask(masks=PARTS, probabilities=dict.fromkeys(PARTS, 0.0)))
    assert all(mask.sum() == 32 for mask in masks)


@pytest.mark.parametrize("probabilities", [{"left": 1.0}, dict.fromkeys(PARTS, 1.5)])
def test_unusable_probabilities_are_named(probabilities: dict[str, float]) -> None:
    with pytest.raises(InputError, match=r"mask\.probabilities"):
        UnionMask(masks=PARTS, probabilities=probabilities)
