"""Masks in files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.masks import BinnedFileMask

Write = Callable[..., Path]
BINS = ((0.1, 0.3), (0.3, 0.6))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nine masks with 10 % to 90 % holes."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "masks"
    root.mkdir()
    for tenth in range(1, 10):
        mask = np.zeros((20, 30), np.uint8)
        mask.ravel()[: 60 * tenth] = 255
        Image.fromarray(mask).save(root / f"{tenth}.png")
    return root


@pytest.fixture
def make(folder: Path) -> Callable[..., BinnedFileMask]:
    def construct(**changes: Any) -> BinnedFileMask:
        given = {"root": folder, "threshold": 128, "invert": False, "resizing": "nearest", "bins": BINS} | changes
        return BinnedFileMask(**given)

    return construct


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, gray: np.ndarray) -> Path:
        path = tmp_path / "masks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(gray.astype(np.uint8)).save(path)
        return tmp_path / "masks"

    return write
