"""Ratios of files are measured once, until a file changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import find_images
from inpaint_zoo.masks import BinnedFileMask
from inpaint_zoo.masks.files import measured


def test_files_are_measured_once_until_one_changes(
    make: Callable[..., BinnedFileMask], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    original = measured.read_mask
    monkeypatch.setattr(measured, "read_mask", lambda path: (read.append(path), original(path))[1])
    make()
    assert len(read) == 9
    make()
    assert len(read) == 9
    Image.fromarray(np.full((20, 30), 255, np.uint8)).save(folder / "2.png")
    assert make(bins=[[0.95, 1.0]]).mask_file(0, "x").name == "2.png"
    assert len(read) == 18


def test_a_damaged_or_unwritable_cache_costs_time_only(
    make: Callable[..., BinnedFileMask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make()
    (kept,) = (tmp_path / "cache" / "inpaint-zoo").iterdir()
    kept.write_text("[0.1")
    assert make().mask_file(0, "x").name == "2.png"
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert make().mask_file(0, "x").name == "2.png"


def test_ratios_are_those_of_the_files_in_order(folder: Path) -> None:
    files = find_images(folder, "mask.root")
    assert measured.measured_ratios(files, threshold=128, invert=False) == [tenth / 10 for tenth in range(1, 10)]
    assert measured.measured_ratios(files, threshold=128, invert=True) == [(10 - tenth) / 10 for tenth in range(1, 10)]


def test_a_file_that_is_gone_is_named(folder: Path) -> None:
    files = find_images(folder, "mask.root")
    (folder / "5.png").unlink()
    with pytest.raises(InputError, match=r"cannot read '.*5\.png' \(No such file"):
        measured.measured_ratios(files, threshold=128, invert=False)
