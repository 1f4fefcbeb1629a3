import numpy as np
import pytest

from inpaint_zoo.evaluation.report.region import ZOOM, Region, differing_region

GRAY = np.full((60, 90, 3), 100, np.uint8)


def with_spot(top: int, left: int, height: int = 4, width: int = 4, value: int = 200) -> np.ndarray:
    image = GRAY.copy()
    image[top : top + height, left : left + width] = value
    return image


def edges(region: Region) -> tuple[float, float]:
    """Top and left edge in pixels."""
    return region.down * (1 - 1 / ZOOM) * GRAY.shape[0], region.across * (1 - 1 / ZOOM) * GRAY.shape[1]


@pytest.mark.parametrize(("top", "left"), [(0, 0), (56, 86), (0, 86), (30, 40), (20, 3)])
def test_holds_the_place_where_methods_differ(top: int, left: int):
    region = differing_region(GRAY, [GRAY, with_spot(top, left), GRAY])
    first_row, first_column = edges(region)
    assert first_row <= top + 1e-9
    assert top + 4 <= first_row + 60 / ZOOM + 1e-9
    assert first_column <= left + 1e-9
    assert left + 4 <= first_column + 90 / ZOOM + 1e-9


def test_the_larger_difference_wins():
    methods = [GRAY, with_spot(2, 2, value=110), with_spot(50, 80, value=20)]
    assert edges(differing_region(GRAY, methods))[0] > 10


def test_what_all_methods_share_does_not_count():
    both = with_spot(0, 0, 10, 10)
    one_more = both.copy()
    one_more[55:, 85:] = 0
    assert edges(differing_region(GRAY, [both, one_more]))[0] > 10


def test_a_single_method_is_held_against_the_target():
    assert differing_region(GRAY, [with_spot(0, 0)]) == Region(0, 0)


def test_the_middle_where_nothing_differs():
    assert differing_region(GRAY, [GRAY, GRAY]) == differing_region(GRAY, []) == Region(0.5, 0.5)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 40, 3), (2, 3, 3)])
def test_tiny_images(shape: tuple[int, ...]):
    target = np.zeros(shape, np.uint8)
    region = differing_region(target, [target, target + 9])
    assert all(0 <= share <= 1 for share in region)


def test_equal_to_a_search_over_all_places():
    rng = np.random.default_rng(0)
    methods = [rng.integers(0, 256, (12, 15, 3), dtype=np.uint8) for _ in range(3)]
    spread = (np.max(methods, axis=0).astype(int) - np.min(methods, axis=0)).sum(axis=2)
    sums = {(y, x): spread[y : y + 4, x : x + 5].sum() for y in range(9) for x in range(11)}
    top, left = max(sums, key=sums.get)
    assert differing_region(methods[0], methods) == pytest.approx((left / 10, top / 8))
