"""A folder of masks: what is a hole in its files, and what is said about files that look wrong."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import FileMask, MaskRequest

Write = Callable[..., Path]


def file_mask(root: object, threshold: int = 128, invert: bool = False, resizing: str = "nearest") -> FileMask:
    return FileMask(root=root, threshold=threshold, invert=invert, resizing=resizing)  # type: ignore[arg-type]


def square(value: int = 255, share: float = 0.25) -> np.ndarray:
    gray = np.zeros((40, 40))
    gray[: round(40 * share)] = value
    return gray


def test_resized_to_the_nearest_pixel_and_exactly_binary(write: Write) -> None:
    gray = np.random.RandomState(0).choice([0, 255], (30, 50))
    mask = file_mask(root=write("a.png", gray))(MaskRequest(64, 32, np.random.RandomState(0), 0))
    y, x = np.meshgrid(np.arange(64), np.arange(32), indexing="ij")
    expected = gray[np.floor((y + 0.5) * 30 / 64).astype(int), np.floor((x + 0.5) * 50 / 32).astype(int)] // 255
    assert mask.dtype == np.uint8
    assert np.array_equal(mask, expected[None])


@pytest.mark.parametrize(("invert", "ratio"), [(False, 0.25), (True, 0.75)])
@pytest.mark.filterwarnings("ignore:.*look inverted")  # the inverted reading of this file is meant here
def test_invert_swaps_hole_and_known(write: Write, invert: bool, ratio: float) -> None:
    generator = file_mask(root=write("a.png", square()), threshold=128, invert=invert)
    assert generator(MaskRequest(40, 40, np.random.RandomState(0))).mean() == ratio


def test_threshold_itself_is_a_hole(write: Write) -> None:
    gray = np.array([[127, 128], [0, 255]])
    with pytest.warns(UserWarning, match=r"50% .*mask\.threshold="):
        generator = file_mask(root=write("a.png", gray))
    assert generator(MaskRequest(2, 2, np.random.RandomState(0)))[0].tolist() == [[0, 1], [0, 1]]


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.filterwarnings("ignore:.*1 of 4 masks checked has no hole")
def test_masks_without_a_hole_and_without_a_known_pixel_are_legal(write: Write, value: int) -> None:
    root = write("a.png", np.full((8, 8), value))
    for index in range(3):
        write(f"other{index}.png", square())
    mask = file_mask(root=root)(MaskRequest(16, 16, np.random.RandomState(0), 0))
    assert mask.mean() == value / 255


def test_clean_masks_say_nothing_and_soft_ones_once(write: Write) -> None:
    file_mask(root=write("a.png", square()))
    root = write("soft.png", square(100, 0.5))
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        generator = file_mask(root=root, threshold=90, invert=False)
        for index in range(3):
            generator(MaskRequest(16, 16, np.random.RandomState(0), index=index))
    assert [str(warning.message).split(";")[0] for warning in said] == [
        f"mask.root={str(root)!r}: 25% of the pixels are neither black nor white"
    ]


@pytest.mark.parametrize(("invert", "share", "fix"), [(False, 0.9, "true"), (True, 0.1, "false")])
def test_masks_that_look_inverted_are_a_warning(write: Write, invert: bool, share: float, fix: str) -> None:
    with pytest.warns(UserWarning, match=f"90% .*mask.invert={fix}"):
        file_mask(root=write("a.png", square(share=share)), threshold=128, invert=invert)


def test_masks_of_zeros_and_ones_are_a_warning(write: Write) -> None:
    with pytest.warns(UserWarning, match=r"no pixel reaches mask\.threshold=128, .* set mask\.threshold=1"):
        file_mask(root=write("a.png", square(1)))


def test_the_polarity_is_settled_before_the_resizing(write: Write) -> None:
    gray = np.full((32, 32), 255)
    gray[10, 10] = 0
    root = write("a.png", gray)
    grown = file_mask(root=root, invert=True, resizing="any")(MaskRequest(8, 8, np.random.RandomState(0), 0))
    assert 0 < grown.mean() < 0.1


def test_a_size_that_is_refused_names_the_file(write: Write) -> None:
    generator = file_mask(root=write("a.png", square()), resizing="refuse")
    assert generator(MaskRequest(40, 40, np.random.RandomState(0), 0)).mean() == 0.25
    with pytest.raises(InputError, match=r"a\.png: the mask is 40x40 \(width x height\), its image 30x20"):
        generator(MaskRequest(20, 30, np.random.RandomState(0), 0))


def test_an_unknown_resizing_is_named(write: Write) -> None:
    with pytest.raises(
        InputError, match=r"mask\.resizing is one of nearest, any, any_aliased, area, refuse; got 'naerest'"
    ):
        file_mask(root=write("a.png", square()), resizing="naerest")


def test_missing_and_empty_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"mask\.root: .*nowhere' does not exist"):
        file_mask(root=tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"mask\.root=.* holds no mask images"):
        file_mask(root=tmp_path)
    with pytest.raises(InputError, match=r"mask\.root is missing"):
        file_mask(root="")


@pytest.mark.parametrize("threshold", [0, 256])
def test_threshold_out_of_range_is_named(tmp_path: Path, threshold: int) -> None:
    with pytest.raises(InputError, match=f"mask.threshold={threshold}"):
        file_mask(root=tmp_path, threshold=threshold, invert=False)


def test_a_file_that_is_no_image_is_named(write: Write) -> None:
    root = write("a.png", square())
    (root / "broken.png").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"broken\.png"):
        file_mask(root=root)


def test_odd_names_and_a_home_folder_work(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write("it's [a], b=c/Ünï маска.png", square())
    monkeypatch.setitem(os.environ, "HOME", str(root.parent))
    generator = file_mask(root="~/masks")
    assert generator(MaskRequest(40, 40, np.random.RandomState(0))).mean() == 0.25
