"""Which images of a folder are used for which split, and the messages about it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import pytest

from inpaint_zoo.data import FolderDataModule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError

Write = Callable[..., Path]
Data = Callable[..., FolderDataModule]
FLAT = [f"{index}.png" for index in range(30)]


def names(data: FolderDataModule, split: str) -> list[str]:
    return [image.name for image in data.images(Split(split))]


def test_subfolders_are_the_splits(write_images: Write, folder_data: Data) -> None:
    data = folder_data(root=str(write_images("train/x/a.png", "val/b.png", "test/c.png", "d.png")))
    assert [names(data, split) for split in Split] == [["x/a.png"], ["b.png"], ["c.png"]]


def test_missing_val_is_held_out_of_train(
    write_images: Write, folder_data: Data, caplog: pytest.LogCaptureFixture
) -> None:
    root = write_images("train/a.png", "train/b.png", "train/c.png", "test/d.png")
    data = folder_data(root=root)
    with caplog.at_level(logging.INFO):
        train, val = names(data, "train"), names(data, "val")
    assert len(val) == 1
    assert sorted(train + val) == ["a.png", "b.png", "c.png"]
    assert names(data, "test") == ["d.png"]
    assert [record.getMessage() for record in caplog.records] == [
        f"{str(root)!r} has no val folder: 1 of 3 images of train are held out for validation, by a hash of their names"
    ]


def test_missing_test_and_train_are_named(write_images: Write, folder_data: Data) -> None:
    data = folder_data(root=write_images("val/b.png"))
    for split in ("train", "test"):
        with pytest.raises(
            InputError,
            match=f"/{split}' does not exist, though data.root has a folder val/: .*data.folders.{split}=val",
        ):
            data.images(Split(split))


def test_a_flat_folder_is_split_by_name_and_all_of_it_is_the_test_set(
    write_images: Write, folder_data: Data, caplog: pytest.LogCaptureFixture
) -> None:
    root = write_images(*FLAT)
    held_out = folder_data(root=root, test_split="test")
    with caplog.at_level(logging.INFO):
        parts = [names(held_out, split) for split in Split]
    assert sorted(chain(*parts)) == sorted(FLAT)
    assert all(parts)
    counts = f"{len(parts[0])} train, {len(parts[1])} val, {len(parts[2])} test"
    assert [record.getMessage() for record in caplog.records] == [
        f"{str(root)!r} is split by a hash of the file names: {counts}"
    ]
    everything = folder_data(root=root)
    assert names(everything, "test") == sorted(FLAT)
    assert names(everything, "train") == parts[0]


def test_one_image_is_enough_to_evaluate_and_two_to_train(write_images: Write, folder_data: Data) -> None:
    data = folder_data(root=write_images("a.png"))
    assert names(data, "test") == ["a.png"]
    with pytest.raises(InputError, match=r"holds 1 images, at least 2 .* train, val"):
        data.setup("fit")
    write_images("b.png")
    two = folder_data(root=data.root, batch_size=1)
    two.setup("fit")
    assert {*names(two, "train"), *names(two, "val")} == set(names(two, "test")) == {"a.png", "b.png"}
    with pytest.raises(InputError, match=r"holds 2 images, at least 3 .* train, val, test"):
        folder_data(root=data.root, batch_size=1, test_split="test").setup("fit")


@pytest.mark.parametrize("folder", ["", "train/", "test/"])
def test_folders_without_images_are_named(tmp_path: Path, folder_data: Data, folder: str) -> None:
    (tmp_path / folder / ".hidden").mkdir(parents=True)
    data = folder_data(root=tmp_path)
    with pytest.raises(InputError, match=r"data\.root: .* holds (no|0) images"):
        data.setup("fit" if folder == "train/" else "test")


def test_unusable_arguments_are_named(tmp_path: Path, folder_data: Data) -> None:
    with pytest.raises(InputError, match=r"data\.root is missing"):
        folder_data(root="")
    with pytest.raises(InputError, match=r"data\.test_split=val must be all, test or auto"):
        folder_data(root=tmp_path, test_split="val")
    with pytest.raises(InputError, match=r"nowhere' does not exist"):
        folder_data(root=tmp_path / "nowhere").setup("test")


def test_odd_paths_work(write_images: Write, folder_data: Data) -> None:
    root = write_images("it's [a]=b, Ünï/写 真(1).png", folder="x=1, 'y' [z] ж")
    (batch,) = folder_data(root=str(root)).test_dataloader()
    assert batch["name"] == ["it's [a]=b, Ünï/写 真(1).png"]
