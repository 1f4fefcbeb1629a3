"""Pictures that are left out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from inpaint_zoo.data import FileListDataModule, FolderDataModule
from inpaint_zoo.data.packed import PackedPictures
from inpaint_zoo.data.source import Split
from inpaint_zoo.errors import InputError

Write = Callable[..., Path]


@pytest.fixture
def root(write_pictures: Write) -> Path:
    return write_pictures("train/a.png", "train/x/ü.png", "train/#1.png", "train/c.png", "val/a.png", "test/a.png")


def excluding(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "exclude.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(data: FolderDataModule, split: Split) -> list[str]:
    return [picture.name for picture in data.used_pictures(split)]


def test_named_pictures_are_left_out_and_counted(
    root: Path, folder_data: Callable[..., FolderDataModule], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = b"\xef\xbb\xbf# unreadable\r\nx/u\xcc\x88.png\r\n\r\n./#1.png\r\nnowhere.png"
    data = folder_data(root=root, exclude=excluding(tmp_path, content))
    with caplog.at_level(logging.INFO):
        assert names(data, Split.TRAIN) == ["a.png", "c.png"]
    assert [record.getMessage() for record in caplog.records] == [
        f"{str(tmp_path / 'exclude.txt')!r} leaves out 2 of 4 pictures of train"
    ]
    assert len(data.train_dataset) == 2
    assert len(data.pictures(Split.TRAIN)) == 4


def test_a_name_may_be_that_of_one_split(
    root: Path, folder_data: Callable[..., FolderDataModule], tmp_path: Path
) -> None:
    data = folder_data(root=root, exclude=excluding(tmp_path, "train/a.png\n"))
    assert "a.png" not in names(data, Split.TRAIN)
    assert names(data, Split.VAL) == names(data, Split.TEST) == ["a.png"]
    data = folder_data(root=root, exclude=excluding(tmp_path, "a.png\n"))
    assert "a.png" not in names(data, Split.TRAIN)
    with pytest.raises(InputError, match=r"data\.exclude=.*exclude\.txt' names all 1 pictures of val"):
        data.setup("validate")


def test_lists_stay_packed_and_splits_as_they_are(
    write_pictures: Write, list_data: Callable[..., FileListDataModule], tmp_path: Path
) -> None:
    every = [f"{index}.png" for index in range(40)]
    root = write_pictures(*every)
    (root / "list.txt").write_text("\n".join(every))
    whole = list_data(train=root / "list.txt")
    data = list_data(train=root / "list.txt", exclude=excluding(tmp_path, "3.png\n17.png\n"))
    for split in Split:
        kept = data.used_pictures(split)
        assert isinstance(kept, PackedPictures)
        assert list(kept) == [file for file in whole.pictures(split) if file.name not in ("3.png", "17.png")]


def test_unusable_files_are_named(root: Path, folder_data: Callable[..., FolderDataModule], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"data\.exclude=.*none.txt' does not exist"):
        folder_data(root=root, exclude=tmp_path / "none.txt")
    with pytest.raises(InputError, match="is no list of names"):
        folder_data(root=root, exclude=tmp_path)
    with pytest.raises(InputError, match="is no text"):
        folder_data(root=root, exclude=excluding(tmp_path, b"\xff\xfea"))
