import numpy as np
import pytest

from inpaint_zoo.inference.boxes import Box, grown
from inpaint_zoo.inference.holes import Holes


def mask(height: int, width: int, *boxes: tuple[int, int, int, int]) -> np.ndarray:
    hole = np.zeros((height, width), bool)
    for box in boxes:
        hole[Box(*box).cut] = True
    return hole


@pytest.mark.parametrize(
    ("box", "size", "expected"),
    [
        ((40, 40, 50, 50), (20, 30), (35, 30, 55, 60)),
        ((0, 90, 10, 100), (20, 20), (0, 80, 20, 100)),
        ((40, 40, 50, 50), (4, 4), (40, 40, 50, 50)),
        ((40, 40, 50, 50), (500, 20), (0, 35, 100, 55)),
    ],
)
def test_a_box_grows_around_its_middle_and_stays_in_the_image(
    box: tuple[int, ...], size: tuple[int, int], expected: tuple[int, ...]
) -> None:
    assert grown(Box(*box), size, (100, 100)) == expected


def test_large_holes_are_told_apart() -> None:
    holes = Holes(mask(400, 600, (40, 40, 140, 140), (40, 200, 140, 300)), small=50)
    assert holes.boxes == [(40, 40, 140, 140), (40, 200, 140, 300)]


def test_small_neighbours_share_a_box_of_limited_size() -> None:
    dots = mask(1000, 1000, *((row, column, row + 8, column + 8) for row in range(0, 1000, 40) for column in (0, 40)))
    holes = Holes(dots, small=160)
    assert 6 < len(holes.boxes) < 20
    assert max(max(box.size) for box in holes.boxes) <= 160


@pytest.mark.parametrize("seed", range(3))
def test_every_pixel_belongs_to_exactly_one_hole(seed: int) -> None:
    rng = np.random.RandomState(seed)
    hole = rng.rand(150, 203) < 0.01
    hole[20:90, 30:60] = True
    holes = Holes(hole, small=40)
    count = np.zeros(hole.shape, int)
    for number, box in enumerate(holes.boxes):
        count[box.cut] += holes.own(number)
    assert np.array_equal(count, hole)


def test_a_ring_and_what_stands_in_it_are_two_holes() -> None:
    ring = mask(200, 200, (20, 20, 180, 180)) & ~mask(200, 200, (40, 40, 160, 160))
    holes = Holes(ring | mask(200, 200, (80, 80, 120, 120)), small=20)
    assert sorted(int(holes.own(number).sum()) for number in (0, 1)) == [1600, int(ring.sum())]


def test_the_radius_is_the_distance_to_what_is_known() -> None:
    holes = Holes(mask(400, 400, (40, 40, 140, 80), (200, 8, 212, 396)), small=10)
    assert holes.radii() == pytest.approx([20, 6], abs=1)


def test_a_huge_mask_of_noise_is_quick() -> None:
    assert Holes(np.random.RandomState(0).rand(3000, 3000) < 0.01, small=170).boxes


def test_one_pixel_in_a_corner_is_a_hole() -> None:
    hole = np.zeros((1, 9), bool)
    hole[0, 8] = True
    holes = Holes(hole, small=10)
    assert [box.cut for box in holes.boxes] == [(slice(0, 1), slice(8, 9))]
    assert holes.own(0).tolist() == [[True]]
