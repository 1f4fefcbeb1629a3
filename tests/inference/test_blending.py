import numpy as np
import pytest
from scipy import ndimage

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import FloatImageArray, Hole
from inpaint_zoo.inference.fill import FillOptions, fill
from inpaint_zoo.inference.growing import grow
from inpaint_zoo.inference.membrane import membrane


class Shifted:
    """Knows what stands in the hole, but for its colour: that is wrong by `shift`."""

    minimum_size = 1
    trained_size = None

    def __init__(self, truth: np.ndarray, shift: float) -> None:
        self.truth = truth
        self.shift = np.float32(shift)

    def fill(self, image: FloatImageArray, hole: Hole) -> FloatImageArray:
        return np.where(hole[..., None], self.truth + self.shift, image)


def scene() -> tuple[np.ndarray, np.ndarray]:
    image = np.random.RandomState(0).uniform(0.3, 0.6, (60, 80, 3)).astype(np.float32)
    hole = np.zeros((60, 80), bool)
    hole[20:40, 30:50] = True
    hole[:8, 70:] = True
    return image, hole


@pytest.mark.parametrize("pixels", [0, 1, 4])
def test_growing_adds_a_disc(pixels: int) -> None:
    hole = np.zeros((21, 21), bool)
    hole[10, 10] = True
    rows, columns = np.mgrid[-10:11, -10:11]
    assert np.array_equal(grow(hole, pixels), rows**2 + columns**2 <= pixels**2)


@pytest.mark.parametrize("grown", [0, 3])
@pytest.mark.parametrize("blend", ["none", "poisson", "feather"])
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_blending_changes_only_the_documented_pixels(blend: str, grown: int, dtype: str) -> None:
    truth, hole = scene()
    white = {"uint8": 255, "uint16": 65535, "float32": 1}[dtype]
    image = (truth * white).astype(dtype)
    feather = 5 if blend == "feather" else 0
    options = FillOptions(strategy="whole", blend=blend, grow=grown, feather=feather)
    filled = fill(Shifted(truth, 0.3), image, hole, options)
    changed = (filled != image).any(axis=2)
    assert filled.dtype == image.dtype
    assert not (changed & ~grow(hole, grown + feather)).any()
    assert changed[hole].mean() > (0.99 if blend != "poisson" else -1)
    if blend == "feather":
        assert changed[grow(hole, grown + feather)].mean() > 0.99


def test_poisson_takes_away_what_is_wrong_with_the_colour() -> None:
    truth, hole = scene()
    filled = fill(Shifted(truth, 0.3), truth, hole, FillOptions(strategy="whole", blend="poisson"))
    assert np.abs(filled - truth).max() < 1e-3
    assert np.array_equal(filled[~hole], truth[~hole])


def test_feathering_goes_over_from_the_fill_to_the_image_evenly() -> None:
    hole = np.zeros((21, 41), bool)
    hole[:, :20] = True
    image = np.full((21, 41, 3), 0.2, np.float32)
    filled = fill(Shifted(image, 0.5), image, hole, FillOptions(strategy="whole", blend="feather", feather=4))
    expected = [0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.2]
    assert filled[10, 19:26, 0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"blend": "feather"}, "blend=feather needs a width: give feather=PIXELS"),
        ({"feather": 3}, "feather=3 does nothing with blend=none: give blend=feather"),
        ({"feather": 3, "blend": "poisson"}, "does nothing with blend=poisson"),
    ],
)
def test_half_of_a_pair_of_options_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        FillOptions(**options)


def test_holes_that_grow_over_everything_are_refused() -> None:
    image, hole = scene()
    with pytest.raises(InputError, match="grown by 100 pixels leave nothing known"):
        fill(Shifted(image, 0), image, hole, FillOptions(grow=100))


def test_a_linear_function_is_its_own_continuation() -> None:
    rows, columns = np.mgrid[:90, :70]
    values = np.stack([rows * 0.01, columns * 0.005 - 0.2], -1).astype(np.float32)
    hole = np.zeros((90, 70), bool)
    hole[10:70, 20:50] = True
    assert membrane(np.where(hole[..., None], np.nan, values), hole) == pytest.approx(values, abs=2e-3)


def test_a_continuation_is_as_relaxation_finds_it() -> None:
    rng = np.random.RandomState(1)
    values, hole = (
        rng.rand(40, 50, 1).astype(np.float32),
        ndimage.binary_dilation(rng.rand(40, 50) < 0.02, iterations=4),
    )
    slow = np.where(hole, 0.5, values[..., 0])
    for _ in range(3000):
        padded = np.pad(slow, 1)
        sums = padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:]
        inside = np.pad(np.ones((40, 50)), 1)
        counts = inside[:-2, 1:-1] + inside[2:, 1:-1] + inside[1:-1, :-2] + inside[1:-1, 2:]
        slow = np.where(hole, sums / counts, slow)
    assert membrane(values, hole)[..., 0] == pytest.approx(slow, abs=2e-3)
