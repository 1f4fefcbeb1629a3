"""Which files of a folder are images, and what they are called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import find_images
from inpaint_zoo.images.reading import read_image

COLORS = np.random.RandomState(0).randint(0, 256, (20, 30, 3), dtype=np.uint8)


def touch(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def test_images_are_found_at_any_depth_sorted_without_hidden_and_other_files(tmp_path: Path) -> None:
    odd = "a, b [c]=d/it's Ünï 写真.JPeG"
    touch(tmp_path, "b.png", "a/z.webp", odd, ".hidden/x.png", "a/.y.png", "notes.txt", "a/c.tiff")
    found = find_images(tmp_path, "data.root")
    assert [image.name for image in found] == [odd, "a/c.tiff", "a/z.webp", "b.png"]
    assert all(image.path.is_file() for image in found)


def test_links_are_followed_and_circles_end(tmp_path: Path) -> None:
    touch(tmp_path, "root/a/x.png", "elsewhere/y.png")
    (tmp_path / "root/a/up").symlink_to(tmp_path / "root")
    (tmp_path / "root/other").symlink_to(tmp_path / "elsewhere")
    assert [image.name for image in find_images(tmp_path / "root", "data.root")] == ["a/x.png", "other/y.png"]


def test_a_link_to_nothing_is_named_when_read(tmp_path: Path) -> None:
    (tmp_path / "a.png").symlink_to(tmp_path / "gone.png")
    (found,) = find_images(tmp_path, "data.root")
    with pytest.raises(InputError, match=r"a\.png' does not exist"):
        read_image(found.path)


def test_names_that_are_no_text_become_printable(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/\xff.png")
    Image.fromarray(COLORS).save(path, format="PNG")
    (found,) = find_images(tmp_path, "data.root")
    assert found.name == "\\xff.png"
    assert read_image(found.path).shape == COLORS.shape


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "d/\xfc.png", "d/u\u0308.png")
    with pytest.raises(
        InputError, match=r"data\.root: '.*u\\u0308\.png' and '.*\\xfc\.png' are both called 'd/ü\.png'"
    ):
        find_images(tmp_path, "data.root")


@pytest.mark.parametrize("name", ["a.png", "linked.png"])
def test_a_pipe_is_no_image(tmp_path: Path, name: str) -> None:
    touch(tmp_path, "folder.png/b.png", "c.png")
    os.mkfifo(tmp_path / "pipe")
    assert len(find_images(tmp_path, "data.root")) == 2
    if name == "a.png":
        (tmp_path / "pipe").rename(tmp_path / name)
    else:
        (tmp_path / name).symlink_to(tmp_path / "pipe")
    with pytest.raises(InputError, match=rf"data\.root: '.*{name}' is not a regular file"):
        find_images(tmp_path, "data.root")


def test_unusable_folders_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path, "a.png")
    with pytest.raises(InputError, match=r"data\.root: .*b' does not exist"):
        find_images(tmp_path / "b", "data.root")
    with pytest.raises(InputError, match=r"data\.root: .*a\.png' is not a folder"):
        find_images(tmp_path / "a.png", "data.root")

    def refuse(path: str) -> Any:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InputError, match=r"cannot read the folder .*Permission denied"):
        find_images(tmp_path, "data.root")
