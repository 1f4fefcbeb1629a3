"""The cache of long lists: what is kept, and when the list is read again."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from inpaint_zoo.data.packed import PackedImages
from inpaint_zoo.data.sources import list_cache
from inpaint_zoo.data.sources import list_reader as file_list
from inpaint_zoo.data.sources.list_reader import read_list

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "inpaint-zoo" / "lists"


def read(path: Path, root: Path | None = None) -> PackedImages:
    return read_list(path, root, "data.train")


def write_list(folder: Path, content: str | bytes, name: str = "train.flist") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(images: PackedImages) -> list[str]:
    return [image.name for image in images]


@pytest.fixture
def long_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(list_cache, "FEWEST_IMAGES", 3)
    monkeypatch.setattr(file_list, "NUM_CHECKED", 2)
    return write_list(tmp_path, "a.png\tm.png\nb.png\tn.png\nc.png\to.png\n")


def test_what_was_found_out_is_kept(long_list: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = list(read(long_list))
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(file_list, "_text", lambda *_: pytest.fail("the list was read again"))
    again = read(long_list)
    assert list(again) == first
    assert [image.mask for image in again] == [image.mask for image in first]  # type: ignore[attr-defined]


def test_a_changed_list_is_read_again(long_list: Path) -> None:
    read(long_list)
    status = long_list.stat()
    long_list.write_text(long_list.read_text().replace("c.png", "d.png"))
    os.utime(long_list, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert names(read(long_list)) == ["a.png", "b.png", "d.png"]


def test_another_root_gives_other_paths(long_list: Path, tmp_path: Path) -> None:
    assert read(long_list)[0].path == tmp_path / "a.png"
    assert read(long_list, tmp_path / "x")[0].path == tmp_path / "x/a.png"


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "nonsense", "no folder"])
def test_a_damaged_cache_is_made_again(long_list: Path, cache: Path, damage: str) -> None:
    expected = list(read(long_list))
    (file,) = cache.iterdir()
    content = file.read_bytes()
    broken = {
        "cut": content[:-3],
        "flipped": content[:-1] + bytes([content[-1] ^ 1]),
        "empty": b"",
        "nonsense": b'{"list": 3}\n' + content,
    }
    if damage == "no folder":
        file.unlink()
        cache.rmdir()
        cache.write_text("in the way")
    else:
        file.write_bytes(broken[damage])
    assert list(read(long_list)) == expected
    if damage != "no folder":
        assert file.read_bytes() == content


def test_short_lists_leave_nothing_behind(write_images: Write, cache: Path) -> None:
    read(write_list(write_images("a.png"), "a.png"))
    assert not cache.exists()
