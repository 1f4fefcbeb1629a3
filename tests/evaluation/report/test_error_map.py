import numpy as np
import pytest

from inpaint_zoo.evaluation.report.error_map import ERROR_SCALE, error_map, legend_stops

TARGET = np.full((8, 6, 3), 100, np.uint8)


def brightness(error: int) -> float:
    return float(error_map(TARGET, TARGET + np.uint8(error), 8).mean())


def test_no_error_is_black_and_larger_ones_are_brighter():
    shades = [brightness(error) for error in (0, 8, 16, 32, 48, ERROR_SCALE)]
    assert shades[0] < 3
    assert shades == sorted(shades)
    assert len(set(shades)) == len(shades)


def test_errors_beyond_the_scale_look_alike():
    assert brightness(ERROR_SCALE) == brightness(ERROR_SCALE + 50)


def test_sign_does_not_matter():
    darker, lighter = TARGET - np.uint8(20), TARGET + np.uint8(20)
    assert np.array_equal(error_map(TARGET, darker, 8), error_map(TARGET, lighter, 8))


def test_channels_are_averaged():
    one = TARGET.copy()
    one[..., 1] += 30
    assert np.array_equal(error_map(TARGET, one, 8), error_map(TARGET, TARGET + np.uint8(10), 8))


def test_errors_stay_where_they_are():
    composite = TARGET.copy()
    composite[2, 3] = 0
    lit = error_map(TARGET, composite, 8).sum(axis=2)
    assert np.unravel_index(lit.argmax(), lit.shape) == (2, 3)
    assert (lit == lit.min()).sum() == lit.size - 1


@pytest.mark.parametrize(("size", "shape"), [(8, (8, 6, 3)), (100, (8, 6, 3)), (4, (4, 3, 3))])
def test_large_maps_are_reduced(size: int, shape: tuple[int, ...]):
    assert error_map(TARGET, TARGET, size).shape == shape


def test_the_legend_has_the_colours_of_the_map():
    stops = legend_stops(3)
    ends = [error_map(TARGET, TARGET + np.uint8(error), 8)[0, 0] for error in (0, ERROR_SCALE)]
    assert [stops[0], stops[-1]] == [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in ends]
    assert len(legend_stops()) == 9
