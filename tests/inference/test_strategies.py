import numpy as np
import pytest

from inpaint_zoo.images.arrays import FloatImageArray, Hole
from inpaint_zoo.inference.fill import FillOptions, fill


class Recorder:
    """Fills with one colour, and remembers the sizes of what it saw."""

    minimum_size = 32

    def __init__(self, trained_size: int | None = 512, colour: float = 1) -> None:
        self.trained_size = trained_size
        self.colour = colour
        self.seen: list[tuple[int, int]] = []
        self.known: list[float] = []

    def fill(self, image: FloatImageArray, hole: Hole) -> FloatImageArray:
        self.seen.append((image.shape[0], image.shape[1]))
        self.known.append(float((~hole).mean()))
        assert ((image >= 0) & (image <= 1)).all()
        return np.where(hole[..., None], np.float32(self.colour), image)


def photograph(height: int, width: int) -> np.ndarray:
    rows, columns = np.mgrid[:height, :width]
    levels = [
        127 + 120 * np.sin(rows / 40),
        127 + 120 * np.sin(columns / 30),
        127 + 100 * np.sin((rows + columns) / 50),
    ]
    return np.stack(levels, -1).astype(np.uint8)


def box(height: int, width: int, *cuts: tuple[slice, slice]) -> np.ndarray:
    hole = np.zeros((height, width), bool)
    for cut in cuts:
        hole[cut] = True
    return hole


def strategy(name: str) -> FillOptions:
    return FillOptions(strategy=name)


BOX = box(600, 900, np.s_[100:150, 100:180])
LARGE = box(600, 900, np.s_[100:400, 200:500])
SCRATCH = box(600, 900, np.s_[290:296, 20:880])
EDGES = box(600, 900, np.s_[:40, :40], np.s_[580:, 850:])


@pytest.mark.parametrize("name", ["auto", "whole", "crop", "tile"])
@pytest.mark.parametrize("hole", [BOX, LARGE, SCRATCH, EDGES, BOX | LARGE | SCRATCH | EDGES])
@pytest.mark.parametrize("size", [512, None])
def test_every_pixel_of_the_hole_is_filled_and_no_other(name: str, hole: np.ndarray, size: int | None) -> None:
    image = photograph(600, 900)
    filled = fill(Recorder(size), image, hole, strategy(name))
    assert np.array_equal(filled[~hole], image[~hole])
    assert (filled[hole] > 250).mean() > 0.5
    assert (filled[hole] > 0).all()


@pytest.mark.parametrize(
    ("name", "hole", "seen"),
    [
        ("whole", LARGE, [(600, 900)]),
        ("crop", BOX, [(256, 256)]),
        ("crop", LARGE, [(341, 512)]),  # all of the image, scaled down
        ("crop", BOX | box(600, 900, np.s_[100:148, 700:800]), [(256, 256), (256, 300)]),
        ("tile", BOX, [(512, 512)]),
        ("tile", SCRATCH, [(512, 512)] * 2),
        ("auto", LARGE, [(341, 512)]),
        ("auto", SCRATCH, [(512, 512)] * 2),
        ("auto", BOX, [(256, 256)]),
    ],
)
def test_a_method_sees_pieces_of_the_documented_size(name: str, hole: np.ndarray, seen: list[tuple[int, int]]) -> None:
    method = Recorder()
    fill(method, photograph(600, 900), hole, strategy(name))
    assert method.seen == seen


@pytest.mark.parametrize(("trained", "seen"), [(512, (500, 400)), (None, (500, 400))])
def test_small_images_are_filled_whole(trained: int | None, seen: tuple[int, int]) -> None:
    method = Recorder(trained)
    fill(method, photograph(500, 400), box(500, 400, np.s_[100:110, 100:110]), strategy("auto"))
    assert method.seen == [seen]


def test_a_method_without_a_size_sees_crops_at_full_resolution() -> None:
    method = Recorder(None)
    fill(method, photograph(600, 900), LARGE, strategy("crop"))
    assert method.seen == [(600, 900)]


def test_tiles_of_a_large_hole_see_what_the_ones_before_have_filled() -> None:
    method = Recorder()
    fill(method, photograph(1400, 1400), box(1400, 1400, np.s_[100:1300, 100:1300]), strategy("tile"))
    assert len(method.seen) == 16
    assert min(method.known) > 0.1


def test_tiles_fade_into_each_other() -> None:
    class Counter(Recorder):
        """Fills every tile in another gray."""

        def fill(self, image: FloatImageArray, hole: Hole) -> FloatImageArray:
            self.colour = 0.3 + 0.2 * (len(self.seen) % 3)
            return super().fill(image, hole)

    hole = box(512, 1200, np.s_[250:260, 8:1192])
    filled = fill(Counter(), np.zeros((512, 1200, 3), np.float32), hole, strategy("tile"))
    row = filled[255, 8:1192, 0]
    assert len(set(row.tolist())) > 20
    assert np.abs(np.diff(row)).max() < 0.02


def test_scaling_keeps_what_stands_in_the_hole_out_of_its_border() -> None:
    class Border(Recorder):
        def fill(self, image: FloatImageArray, hole: Hole) -> FloatImageArray:
            assert np.allclose(image[~hole], 0.5, atol=1e-3)
            return super().fill(image, hole)

    image = np.full((1500, 1600, 3), 0.5, np.float32)
    fill(Border(), image, box(1500, 1600, np.s_[501:905, 499:1003]), strategy("crop"))


def test_dense_dots_are_filled_in_tiles_and_few_in_crops() -> None:
    dense, few = np.zeros((1500, 1500), bool), np.zeros((1500, 1500), bool)
    dense[20::80, 20::80] = few[100, 100] = few[1400, 1300] = True
    in_tiles, in_crops = Recorder(), Recorder()
    fill(in_tiles, photograph(1500, 1500), dense, strategy("auto"))
    fill(in_crops, photograph(1500, 1500), few, strategy("auto"))
    assert set(in_tiles.seen) == {(512, 512)}
    assert in_crops.seen == [(256, 256)] * 2


@pytest.mark.parametrize("name", ["auto", "whole", "crop", "tile"])
@pytest.mark.parametrize("size", [(1, 700), (700, 1), (1, 2), (513, 3), (12000, 20)])
def test_images_of_any_shape_are_filled(name: str, size: tuple[int, int]) -> None:
    hole = np.zeros(size, bool)
    hole[size[0] // 2, size[1] // 2] = True
    filled = fill(Recorder(), photograph(*size), hole, strategy(name))
    assert (filled[hole] > 250).all()
