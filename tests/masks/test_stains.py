"""Stains: a middle, lobes on its rim, splashes farther out."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import MaskRequest, StainMask


def stain_mask(**changes: Any) -> StainMask:
    arguments: dict[str, Any] = {"num_stains": [1, 1], "stain_size": [0.4, 0.4], "num_splashes": [5, 5]}
    return StainMask(**(arguments | changes))


@pytest.mark.parametrize("seed", range(20))
def test_discs_lie_where_they_belong(seed: int) -> None:
    middle, *discs = stain_mask().segments(200, 250, np.random.RandomState(seed))
    size = 80
    assert middle.width == size
    assert math.dist(middle[:2], middle[2:4]) <= size / 2 + 2
    assert len(discs) == 18 + 5
    center = (middle.start_y + middle.end_y) / 2, (middle.start_x + middle.end_x) / 2
    for number, disc in enumerate(discs):
        farthest, largest = (0.52, 0.55) if number < 18 else (1.10, 0.12)
        assert disc[:2] == disc[2:4]
        assert largest * size / 4 - 1 <= disc.width <= largest * size
        # half of the middle's length may be added to the distance
        assert math.dist(disc[:2], center) <= farthest * size + size / 4 + 3


def test_no_splashes_are_a_choice_and_fewer_are_refused() -> None:
    assert len(stain_mask(num_splashes=[0, 0]).segments(64, 64, np.random.RandomState(0))) == 19
    with pytest.raises(InputError, match=r"mask\.num_splashes=\[-1,2\] must satisfy 0 <= low <= high"):
        stain_mask(num_splashes=[-1, 2])


def test_a_stain_in_the_image_is_one_blot_of_its_size() -> None:
    areas = [
        stain_mask(num_splashes=[0, 0])(MaskRequest(200, 200, np.random.RandomState(seed))).sum() for seed in range(30)
    ]
    assert max(areas) > math.pi * 40**2
    assert max(areas) < math.pi * 80**2
