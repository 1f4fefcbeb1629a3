from collections.abc import Callable
from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.named import folder_of, masks_beside, named_files

Images = Callable[..., Path]
NAMES = ("a.jpg", "b.png", "sub/c.png", "sub/d.jpg")


def names(value: object) -> list[str]:
    return [file.name for file in named_files(str(value), "images")]


def test_a_file_a_folder_and_patterns(images: Images) -> None:
    root = images(*NAMES)
    (root / "x.txt").write_text("x")
    (root / ".hidden.png").write_bytes((root / "b.png").read_bytes())
    assert names(root / "a.jpg") == ["a.jpg"]
    assert names(root) == list(NAMES)
    assert names(root / "*") == ["a.jpg", "b.png"]
    assert names(root / "*.png") == ["b.png"]
    assert names(root / "**/*.png") == ["b.png", "sub/c.png"]
    assert names(root / "[ab].*") == ["a.jpg", "b.png"]
    assert names(root / "s*/?.jpg") == ["sub/d.jpg"]
    assert folder_of(str(root / "s*/?.jpg")) == root


def test_what_exists_is_no_pattern(images: Images) -> None:
    root = images("[a].png", "a.png", folder="new [1]")
    assert names(root / "[a].png") == ["[a].png"]
    assert names(root) == ["[a].png", "a.png"]


@pytest.mark.parametrize(
    ("name", "reason"), [("none.png", "does not exist: give images=FILE"), ("*.tif", "no image matches")]
)
def test_what_is_not_there_is_named(images: Images, name: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        named_files(str(images("a.png") / name), "images")
    assert name in str(caught.value)


def test_masks_beside_their_images(images: Images) -> None:
    root = images("a.jpg", "a_mask.png", "b.png", "sub/a.png", "sub/a_mask001.png", "c_mask.png")
    files = [file for file in named_files(str(root), "images") if "mask" not in file.name]
    assert masks_beside(files) == {"a.jpg": root / "a_mask.png", "sub/a.png": root / "sub/a_mask001.png"}


def test_two_masks_of_one_image_are_refused(images: Images) -> None:
    root = images("a.jpg", "a_mask.png", "a_mask001.png")
    with pytest.raises(
        InputError, match=r"a_mask\.png and a_mask001\.png have one name|a_mask001\.png and a_mask\.png"
    ):
        masks_beside(named_files(str(root / "a.jpg"), "images"))
