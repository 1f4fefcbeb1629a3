import cv2
import numpy as np
import pytest

from inpaint_zoo.evaluation.methods.fills.mean import fill_mean
from inpaint_zoo.evaluation.methods.fills.opencv import fill_navier_stokes, fill_telea
from inpaint_zoo.metrics.psnr import psnr

both = pytest.mark.parametrize(
    ("fill", "flag"), [(fill_telea, cv2.INPAINT_TELEA), (fill_navier_stokes, cv2.INPAINT_NS)]
)


@pytest.fixture
def scratches(photograph):
    hole = np.zeros(photograph.shape[:2], bool)
    hole[::9] = hole[:, ::11] = True
    return hole


@both
def test_is_opencv_with_radius_3(fill, flag, photograph, scratches):
    covered = fill_mean(photograph, scratches)
    expected = cv2.inpaint(covered, scratches.astype(np.uint8) * 255, 3, flag)
    assert np.array_equal(fill(photograph, scratches), expected)
    assert not np.array_equal(expected[scratches], covered[scratches])


@both
def test_one_row_gets_its_mean(fill, flag, photograph, scratches):
    row, hole = photograph[4:5], scratches[4:5]
    assert np.array_equal(fill(row, hole), fill_mean(row, hole))


@both
def test_channels_keep_their_order(fill, flag, photograph, scratches):
    reversed_fill = fill(photograph[..., ::-1], scratches)
    assert np.array_equal(reversed_fill[..., ::-1], fill(photograph, scratches))


@both
def test_beats_the_mean_colour_on_scratches(fill, flag, photograph, scratches):
    ours, mean = (psnr(photograph, f(photograph, scratches), scratches) for f in (fill, fill_mean))
    assert ours > mean + 5
