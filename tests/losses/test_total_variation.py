from __future__ import annotations

import pytest
import torch

from inpaint_zoo.losses.total_variation import total_variation


def test_equals_the_mean_of_neighbour_differences_taken_one_by_one():
    image = torch.rand(2, 3, 4, 6, generator=torch.Generator().manual_seed(0))
    right = [
        abs(image[b, c, y, x + 1] - image[b, c, y, x])
        for b in range(2)
        for c in range(3)
        for y in range(4)
        for x in range(5)
    ]
    down = [
        abs(image[b, c, y + 1, x] - image[b, c, y, x])
        for b in range(2)
        for c in range(3)
        for y in range(3)
        for x in range(6)
    ]
    expected = float(sum(right)) / len(right) + float(sum(down)) / len(down)
    assert total_variation(image).item() == pytest.approx(expected, rel=1e-5)


def test_a_flat_image_has_none():
    assert total_variation(torch.full((1, 3, 4, 4), 0.3)) == 0
