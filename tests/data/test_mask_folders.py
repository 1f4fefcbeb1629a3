"""Folders of masks beside folders of images."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

from inpaint_zoo.data.mask_folders import check_mask_folders
from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.images.finding import ImageFile, find_images
from inpaint_zoo.images.reading import write_png


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name in ("train/a.png", "train/b.png", "holes/c.png"):
        write_png(tmp_path / name, np.zeros((4, 4, 3), np.uint8))
    return tmp_path


def images(folder: Path) -> list[ImageFile]:
    return find_images(folder / "train", "data.root")


@pytest.mark.parametrize("name", [".", "train", "link"])
def test_images_are_no_masks(data: Path, name: str) -> None:
    (data / "link").symlink_to("train")
    mask = {"_target_": "x", "mask": {"root": str(data / name)}}
    with pytest.raises(InputError, match=r"^eval_mask\.mask\.root: .* holds the images themselves \(.*b\.png\)"):
        check_mask_folders({"root": str(data)}, {"mask": {}, "eval_mask": mask}, [], images(data))


def test_masks_in_another_folder_or_beside_their_images(data: Path) -> None:
    check_mask_folders({"root": str(data)}, {"mask": {"root": str(data / "holes")}}, images(data))
    write_png(data / "train" / "a_mask.png", np.zeros((4, 4, 3), np.uint8))
    (data / "train" / "b.png").unlink()
    with pytest.warns(InputWarning, match="left out"):
        found = images(data)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_mask_folders({"root": str(data)}, {"mask": {"root": str(data / "train")}}, found)


def test_a_folder_of_masks_that_nothing_uses_is_noted(data: Path) -> None:
    (data / "masks" / "deep").mkdir(parents=True)
    node = {"root": str(data), "masks": None}
    with pytest.warns(InputWarning, match=r"nothing takes masks from '.*/masks': give data\.masks=masks if"):
        check_mask_folders(node, {"mask": {}}, images(data))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_mask_folders({**node, "masks": "masks"}, {"mask": {}}, images(data))
        check_mask_folders(node, {"eval_mask": {"root": str(data / "masks" / "deep")}}, images(data))
        check_mask_folders({"root": None, "masks": None}, {}, images(data))
        check_mask_folders({"root": str(data)}, {}, images(data))
