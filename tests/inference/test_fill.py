import numpy as np
import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ClassicalFill, Filler, NetworkMethod, Sample
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.images.arrays import rounded
from inpaint_zoo.inference.fill import FillOptions, fill
from inpaint_zoo.zoo import create_model

WHOLE = FillOptions(strategy="whole")


def classical(name: str = "opencv_telea") -> ClassicalFill:
    return ClassicalFill(FILLS[name], name)


def network() -> NetworkMethod:
    torch.manual_seed(0)
    return NetworkMethod(create_model("misf", base_channels=4), torch.device("cpu"))


def image_of(dtype: str, height: int = 40, width: int = 50) -> np.ndarray:
    values = np.random.RandomState(0).rand(height, width, 3)
    return (values.astype(np.float32) if dtype == "float32" else (values * np.iinfo(dtype).max)).astype(dtype)


def hole_of(height: int = 40, width: int = 50) -> np.ndarray:
    hole = np.zeros((height, width), bool)
    hole[10:20, 15:30] = True
    return hole


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("method", [classical(), network()], ids=["telea", "misf"])
def test_only_the_hole_changes_and_the_type_stays(method: Filler, dtype: str) -> None:
    image, hole = image_of(dtype), hole_of()
    before = image.copy()
    filled = fill(method, image, hole, WHOLE)
    assert filled.dtype == image.dtype
    assert filled.shape == image.shape
    assert np.array_equal(filled[~hole], image[~hole])
    assert not np.array_equal(filled[hole], image[hole])
    assert np.array_equal(image, before)


@pytest.mark.parametrize("method", [classical(), network()], ids=["telea", "misf"])
def test_whole_fills_as_the_evaluation_does(method: ClassicalFill | NetworkMethod) -> None:
    image, hole = image_of("uint8"), hole_of()
    evaluated = method(Sample("a", "a", image, hole))
    expected = evaluated if evaluated.dtype == np.uint8 else rounded(evaluated)
    assert np.array_equal(fill(method, image, hole, WHOLE), expected)


@pytest.mark.parametrize(("options", "at_least"), [(FillOptions(strategy="crop"), 2), (FillOptions(adapt=3), 4)])
def test_what_is_called_before_a_step_can_end_the_fill(options: FillOptions, at_least: int) -> None:
    image, hole, steps = image_of("uint8", 300, 700), hole_of(300, 700), []
    hole[200:210, 600:610] = True

    def end_at_last() -> None:
        steps.append(len(steps))
        if len(steps) == at_least:
            raise KeyboardInterrupt

    expected = fill(network(), image, hole, options)
    assert np.array_equal(fill(network(), image, hole, options, lambda: None), expected)
    with pytest.raises(KeyboardInterrupt):
        fill(network(), image, hole, options, end_at_last)


@pytest.mark.parametrize("strategy", ["auto", "whole", "crop", "tile"])
def test_what_stands_in_the_hole_makes_no_difference(strategy: str) -> None:
    image, hole = image_of("float32"), hole_of()
    other = image.copy()
    other[hole] = np.nan
    options = FillOptions(strategy=strategy)
    assert np.array_equal(fill(network(), image, hole, options), fill(network(), other, hole, options))
    assert np.isfinite(fill(classical(), other, hole, options)).all()


def test_sixteen_bits_of_a_network_are_more_than_eight() -> None:
    filled = fill(network(), image_of("uint16"), hole_of(), WHOLE)[hole_of()]
    assert (filled % 257 != 0).any()


def test_without_a_hole_the_image_comes_back_as_a_copy() -> None:
    image = image_of("uint8")
    filled = fill(network(), image, np.zeros(image.shape[:2], bool))
    assert np.array_equal(filled, image)
    assert not np.shares_memory(filled, image)


@pytest.mark.parametrize(
    ("image", "hole", "message"),
    [
        (np.zeros((4, 4), np.uint8), np.zeros((4, 4), bool), r"uint8 \(4, 4\): give \(H, W, 3\)"),
        (np.zeros((4, 4, 3), np.int64), np.zeros((4, 4), bool), "int64"),
        (np.zeros((0, 4, 3), np.uint8), np.zeros((0, 4), bool), r"\(0, 4, 3\)"),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 5), bool), r"give bool \(4, 4\)"),
        (np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.uint8), "hole is uint8"),
        (np.zeros((4, 4, 3), np.uint8), np.ones((4, 4), bool), "all hole"),
        (np.full((4, 4, 3), 255, np.float32), np.zeros((4, 4), bool), r"holds 255: give floats in \[0, 1\]"),
        (np.full((4, 4, 3), -0.5, np.float32), np.zeros((4, 4), bool), "holds -0.5"),
        (np.full((4, 4, 3), np.nan, np.float32), np.zeros((4, 4), bool), "holds nan"),
    ],
)
def test_what_cannot_be_filled_is_said(image: np.ndarray, hole: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        fill(classical(), image, hole)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("strategy", "tiles", "did you mean 'tile'"),
        ("blend", "poison", "blend is one of"),
        ("grow", -1, "grow=-1 must be at least 0"),
        ("feather", 1.5, "feather=1.5 must be a whole number"),
        ("adapt", True, "adapt=true must be a whole number"),
        ("adapt_seconds", -0.5, "adapt_seconds=-0.5 must be at least 0"),
        ("adapt_seconds", float("inf"), "adapt_seconds=inf must be"),
    ],
)
def test_options_that_are_none_are_said(key: str, value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        FillOptions(**{key: value})
