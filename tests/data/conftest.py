"""Folders of small images, and data modules for them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.data import FileListDataModule, FolderDataModule, PartitionFileDataModule
from inpaint_zoo.masks import BoxMask


@pytest.fixture
def write_images(tmp_path: Path) -> Callable[..., Path]:
    """Write random images (24 x 20 by default) and return the folder."""

    def write(*names: str, width: int = 24, height: int = 20, folder: str = "images") -> Path:
        for seed, name in enumerate(names):
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            pixels = np.random.RandomState(seed).randint(0, 256, (height, width, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(path)
        return tmp_path / folder

    return write


BOX = BoxMask(size_ratio=[0.2, 0.8], offset_ratio=1.0)
LOADING: dict[str, Any] = {
    "mask": BOX,
    "eval_mask": BOX,
    "size": 16,
    "center_crop": None,
    "resize": None,
    "flip_probability": 0.5,
    "samples_per_epoch": None,
    "eval_repeats": 1,
    "batch_size": 2,
    "eval_batch_size": 2,
    "num_workers": 0,
    "seed": 1,
    "eval_seed": 0,
    "exclude": None,
    "on_error": "raise",
}


@pytest.fixture
def folder_data() -> Callable[..., FolderDataModule]:
    """A data module of 16 x 16 samples in batches of 2; keyword arguments change it."""

    def make(**changes: Any) -> FolderDataModule:
        arguments = LOADING | {
            "folders": {"train": "train", "val": "val", "test": "test"},
            "masks": None,
            "mask_threshold": 128,
            "mask_invert": False,
            "test_split": "all",
            "hint": "",
        }
        return FolderDataModule(**(arguments | changes))

    return make


@pytest.fixture
def list_data() -> Callable[..., FileListDataModule]:
    """As `folder_data`, for lists of files."""

    def make(**changes: Any) -> FileListDataModule:
        arguments = LOADING | {"root": None, "train": None, "val": None, "test": None}
        arguments |= {"mask_threshold": 128, "mask_invert": False}
        return FileListDataModule(**(arguments | changes))

    return make


@pytest.fixture
def partition_data() -> Callable[..., PartitionFileDataModule]:
    """As `folder_data`, for a partition file."""

    def make(**changes: Any) -> PartitionFileDataModule:
        arguments = LOADING | {"folder": ["faces", "Img/faces"], "partition": "partition.txt", "hint": "Get it there"}
        return PartitionFileDataModule(**(arguments | changes))

    return make


@pytest.fixture
def jpeg() -> Callable[..., bytes]:
    """The bytes of a random JPEG file."""

    def make(seed: int = 0, width: int = 24, height: int = 20) -> bytes:
        pixels = np.random.RandomState(seed).randint(0, 256, (height, width, 3), dtype=np.uint8)
        encoded = io.BytesIO()
        Image.fromarray(pixels).save(encoded, "JPEG")
        return encoded.getvalue()

    return make


@pytest.fixture
def write_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write a tar file of (name, bytes) and return its path; indexes go to a cache of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def write(name: str, *members: tuple[str, bytes], form: int = tarfile.PAX_FORMAT) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tarfile.open(path, "w", format=form) as archive:
            for member, data in members:
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
        return path

    return write
