"""Training continues without images that cannot be read, and logs them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inpaint_zoo.data import FolderDataModule
from inpaint_zoo.errors import InputError

Write = Callable[..., Path]
Data = Callable[..., FolderDataModule]
NAMES = [f"{index}.png" for index in range(6)]


@pytest.fixture
def root(write_images: Write) -> Path:
    return write_images(*(f"train/{name}" for name in NAMES), "val/v.png", "test/t.png")


def samples(data: FolderDataModule) -> dict[tuple[str, int], tuple[torch.Tensor, torch.Tensor]]:
    """Image and mask by name and pass."""
    found: dict[tuple[str, int], tuple[torch.Tensor, torch.Tensor]] = {}
    for batch in data.train_dataloader():
        assert set(batch) == {"image", "mask", "name"}
        for image, mask, name in zip(batch["image"], batch["mask"], batch["name"], strict=True):
            found[name, sum(key[0] == name for key in found)] = image, mask
    return found


@pytest.mark.parametrize("num_workers", [0, 2])
def test_what_cannot_be_read_is_skipped_counted_and_named_once(
    root: Path, folder_data: Data, caplog: pytest.LogCaptureFixture, num_workers: int
) -> None:
    options: dict[str, Any] = {"root": root, "batch_size": 3, "samples_per_epoch": 18, "num_workers": num_workers}
    whole = samples(folder_data(**options))
    (root / "train/2.png").write_bytes(b"nothing")
    data = folder_data(**options, on_error="skip")
    left = samples(data)
    assert set(left) == {key for key in whole if key[0] != "2.png"}
    assert all(torch.equal(*pair) for key in left for pair in zip(left[key], whole[key], strict=True))
    assert data.skip_count.counts == {"2.png": 3}
    data.teardown("fit")
    first, last = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert first.startswith(f"skipped 2.png: {str(root / 'train/2.png')!r} cannot be read as an image")
    assert last == "3 samples of 1 images were skipped (data.on_error=skip): 2.png"


def test_a_batch_without_any_image_is_an_error(root: Path, folder_data: Data) -> None:
    for name in NAMES:
        (root / "train" / name).unlink()
        (root / "train" / name).touch()
    with pytest.raises(InputError, match=r"no image of a batch can be read: .*\.png, .*\.png; .* data\.exclude="):
        list(folder_data(root=root, on_error="skip").train_dataloader())


@pytest.mark.parametrize("num_workers", [0, 2])
def test_otherwise_it_is_an_error_with_its_name(root: Path, folder_data: Data, num_workers: int) -> None:
    (root / "train/2.png").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"^'.*train/2\.png' cannot be read as an image"):
        list(folder_data(root=root, num_workers=num_workers).train_dataloader())


def test_images_that_are_too_small_are_not_skipped(root: Path, folder_data: Data) -> None:
    with pytest.raises(InputError, match=r"\.png': an image of 24x20 .* smaller than the crop 22x22"):
        list(folder_data(root=root, on_error="skip", size=22).train_dataloader())
    with pytest.raises(InputError, match=r"\.png': an image of 24x20 .* is smaller than data\.center_crop=21"):
        list(folder_data(root=root, on_error="skip", center_crop=21).train_dataloader())


def test_nothing_is_skipped_in_evaluation(root: Path, folder_data: Data) -> None:
    (root / "test/t.png").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"t\.png' cannot be read"):
        list(folder_data(root=root, on_error="skip").test_dataloader())


def test_other_answers_to_errors_are_refused(root: Path, folder_data: Data) -> None:
    with pytest.raises(InputError, match=r"data\.on_error is one of raise, skip; got 'skp', did you mean 'skip'"):
        folder_data(root=root, on_error="skp")
