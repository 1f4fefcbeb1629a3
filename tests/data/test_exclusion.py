"""Images that are left out."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from inpaint_zoo.data import FileListDataModule, FolderDataModule
from inpaint_zoo.data.exclusion import Exclusion, exclusion_line
from inpaint_zoo.data.packed import PackedImages
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError

Write = Callable[..., Path]


@pytest.fixture
def root(write_images: Write) -> Path:
    return write_images("train/a.png", "train/x/ü.png", "train/#1.png", "train/c.png", "val/a.png", "test/a.png")


def excluding(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "exclude.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(data: FolderDataModule, split: Split) -> list[str]:
    return [image.name for image in data.used_images(split)]


def test_named_images_are_left_out_and_counted(
    root: Path, folder_data: Callable[..., FolderDataModule], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    content = b"\xef\xbb\xbf# unreadable\r\nx/u\xcc\x88.png\r\n\r\n./#1.png\r\nnowhere.png"
    data = folder_data(root=root, exclude=excluding(tmp_path, content))
    with caplog.at_level(logging.INFO):
        assert names(data, Split.TRAIN) == ["a.png", "c.png"]
    path = str(tmp_path / "exclude.txt")
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, f"data.exclude={path!r}: 1 of 3 names are not images of train: 'nowhere.png'"),
        (logging.INFO, f"{path!r} leaves out 2 of 4 images of train"),
    ]
    assert len(data.train_dataset) == 2
    assert len(data.images(Split.TRAIN)) == 4


def test_a_name_may_be_that_of_one_split(
    root: Path, folder_data: Callable[..., FolderDataModule], tmp_path: Path
) -> None:
    data = folder_data(root=root, exclude=excluding(tmp_path, "train/a.png\n"))
    assert "a.png" not in names(data, Split.TRAIN)
    assert names(data, Split.VAL) == names(data, Split.TEST) == ["a.png"]
    data = folder_data(root=root, exclude=excluding(tmp_path, "a.png\n"))
    assert "a.png" not in names(data, Split.TRAIN)
    with pytest.raises(InputError, match=r"data\.exclude=.*exclude\.txt' names all 1 images of val"):
        data.setup("validate")


def test_lists_stay_packed_and_splits_as_they_are(
    write_images: Write, list_data: Callable[..., FileListDataModule], tmp_path: Path
) -> None:
    every = [f"{index}.png" for index in range(40)]
    root = write_images(*every)
    (root / "list.txt").write_text("\n".join(every))
    whole = list_data(train=root / "list.txt")
    data = list_data(train=root / "list.txt", exclude=excluding(tmp_path, "3.png\n17.png\n"))
    for split in Split:
        kept = data.used_images(split)
        assert isinstance(kept, PackedImages)
        assert list(kept) == [file for file in whole.images(split) if file.name not in ("3.png", "17.png")]


def test_unusable_files_are_named(root: Path, folder_data: Callable[..., FolderDataModule], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"data\.exclude=.*none.txt' does not exist"):
        folder_data(root=root, exclude=tmp_path / "none.txt")
    with pytest.raises(InputError, match="is not a list of names"):
        folder_data(root=root, exclude=tmp_path)
    with pytest.raises(InputError, match="is not a text file"):
        folder_data(root=root, exclude=excluding(tmp_path, b"\xff\xfea"))


def test_names_that_match_in_another_split_are_not_said(
    root: Path, folder_data: Callable[..., FolderDataModule], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data = folder_data(root=root, exclude=excluding(tmp_path, "c.png\ntrain/x/ü.png\ntest/none.png\nval/gone.png\n"))
    for split in (Split.TRAIN, Split.VAL):
        data.used_images(split)
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        f"data.exclude={str(tmp_path / 'exclude.txt')!r}: 1 of 4 names are not images of val: 'val/gone.png'"
    ]


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1).map(lambda name: unicodedata.normalize("NFC", name)).filter(lambda name: name[:2] != "./"))
@example("a\nb.png")
@example("a\r")
@example('"')
@example("#")
@example("\x85\u2028\ufeff")
def test_every_name_is_read_back(tmp_path: Path, name: str) -> None:
    (tmp_path / "e.txt").write_bytes(f"# a comment\n{exclusion_line(name)}\r\n".encode())
    assert Exclusion(tmp_path / "e.txt").names == {name}


def test_a_quote_that_is_not_closed_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"exclude\.txt', line 2: '\"a\.png' is not a JSON string"):
        Exclusion(excluding(tmp_path, 'b.png\n"a.png\n'))
