from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.masks import MaskRequest, PairedMask

RNG = np.random.RandomState(0)


def paired(root: Path, resizing: str = "nearest", invert: bool = False) -> PairedMask:
    return PairedMask(root=root, threshold=128, invert=invert, resizing=resizing, fitting="cover")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A mask of 10 x 10 whose number of hole rows is given; returns the folder."""

    def write(name: str, rows: int) -> Path:
        gray = np.zeros((10, 10), np.uint8)
        gray[:rows] = 255
        path = tmp_path / "masks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(gray).save(path)
        return tmp_path / "masks"

    return write


def test_masks_are_matched_by_their_path_whatever_the_suffix(write: Callable[..., Path]) -> None:
    for name, rows in (("a.png", 1), ("sub/a.png", 2), ("sub/b.bmp", 3)):
        root = write(name, rows)
    mask = paired(root)
    names = ["sub/b.jpg", "a.jpg", "sub/a.webp"]
    assert mask.missing([*names, "b.jpg", "other/a.jpg"]) == ["b.jpg", "other/a.jpg"]
    requests = [MaskRequest(10, 10, RNG, index=index, name=name) for index, name in enumerate(names)]
    assert [mask(request).mean() for request in requests] == [0.3, 0.1, 0.2]
    assert [mask.mask_file(7, name).name for name in names] == ["sub/b.bmp", "a.png", "sub/a.png"]
    with pytest.raises(InputError, match=r"mask\.root: .*masks has no mask for b\.jpg"):
        mask(MaskRequest(10, 10, RNG, index=0, name="b.jpg"))


def test_masks_in_other_folders_are_matched_by_their_name(write: Callable[..., Path]) -> None:
    root = write("b.png", 3)
    write("deep/a.png", 4)
    mask = paired(root)
    assert mask.missing(["val/a.jpg", "val/b.jpg", "val/c.jpg"]) == ["val/c.jpg"]
    assert mask(MaskRequest(10, 10, RNG, index=0, name="val/a.jpg")).mean() == 0.4


def test_threshold_polarity_and_resizing_are_those_of_files(write: Callable[..., Path]) -> None:
    root = write("a.png", 6)
    assert paired(root, invert=True)(MaskRequest(20, 20, RNG, index=0, name="a.png")).mean() == 0.4
    with pytest.raises(InputError, match=r"a\.png: the mask is 10x10"):
        paired(root, "refuse")(MaskRequest(10, 11, RNG, index=0, name="a.png"))


def test_training_needs_other_masks(write: Callable[..., Path]) -> None:
    mask = paired(write("a.png", 2))
    with pytest.raises(InputError, match="such as mask=files"):
        mask(MaskRequest(10, 10, RNG))


def test_two_masks_of_one_name_are_refused(write: Callable[..., Path]) -> None:
    write("a.png", 2)
    with pytest.raises(InputError, match=r"mask\.root: a\.bmp and a\.png have one name"):
        paired(write("a.bmp", 2))


def test_a_mask_of_the_whole_image_is_cut_as_its_image_is(tmp_path: Path) -> None:
    gray = np.zeros((10, 30), np.uint8)
    gray[:, 12:15] = 255
    Image.fromarray(gray).save(tmp_path / "a.png")
    assert np.flatnonzero(paired(tmp_path)(MaskRequest(10, 10, RNG, index=0, name="a.jpg"))[0, 0]).tolist() == [2, 3, 4]
    assert paired(tmp_path).size("a.jpg") == (10, 30)


def test_masks_of_turned_photographs_are_refused_by_name(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    Image.new("RGB", (30, 10)).save(tmp_path / "a.jpg", exif=exif)
    (tmp_path / "masks").mkdir()
    Image.fromarray(np.eye(10, 30, dtype=np.uint8) * 255).save(tmp_path / "masks" / "a.png")
    mask = paired(tmp_path / "masks")
    with pytest.raises(InputError, match=r"a\.jpg is turned by its EXIF orientation 8 to 10x30"):
        mask.check_orientation([ImageFile("a.jpg", tmp_path / "a.jpg")])
