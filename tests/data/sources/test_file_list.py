"""Lists as a data set: which list is which split, and paired masks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.data import FileListDataModule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError, InputWarning

Write = Callable[..., Path]
Data = Callable[..., FileListDataModule]
NAMES = [f"{index}.png" for index in range(30)]


def write(path: Path, lines: Sequence[str]) -> Path:
    path.write_text("\n".join(lines))
    return path


def names(data: FileListDataModule, split: str) -> list[str]:
    return [image.name for image in data.images(Split(split))]


def test_each_list_is_its_split_in_its_order(write_images: Write, list_data: Data) -> None:
    root = write_images("a.png", "b.png", "c.png", "d.png")
    data = list_data(
        train=write(root / "t.flist", ["d.png", "a.png"]),
        val=str(write(root / "v.txt", ["b.png"])),
        test=write(root / "e.json", ['["c.png"]']),
    )
    assert [names(data, split) for split in Split] == [["d.png", "a.png"], ["b.png"], ["c.png"]]


def test_paths_start_from_the_root(write_images: Write, list_data: Data, tmp_path: Path) -> None:
    root = write_images("x/a.png")
    data = list_data(root=root, test=write(tmp_path / "list.txt", ["x/a.png"]))
    assert next(iter(data.test_dataloader()))["name"] == ["x/a.png"]


@pytest.mark.parametrize("held_out", [["val", "test"], ["val"]])
def test_what_has_no_list_is_held_out_of_train(
    write_images: Write, list_data: Data, caplog: pytest.LogCaptureFixture, held_out: list[str]
) -> None:
    root = write_images(*NAMES, "t.png")
    lists = {"train": write(root / "a.txt", NAMES)}
    if "test" not in held_out:
        lists["test"] = write(root / "t.txt", ["t.png"])
    data = list_data(**lists)
    with caplog.at_level(logging.INFO):
        parts = [names(data, split) for split in ["train", *held_out]]
    assert sorted(chain(*parts)) == sorted(NAMES)
    assert all(parts)
    counts = ", ".join(sorted(f"{split}: {len(part)}" for split, part in zip(["train", *held_out], parts, strict=True)))
    (record,) = caplog.records
    assert record.getMessage() == f"{str(lists['train'])!r} is split by a hash of the file names, {counts}"


def test_an_image_is_in_the_same_split_from_a_folder_and_from_a_list(
    write_images: Write, list_data: Data, folder_data: Callable[..., FileListDataModule]
) -> None:
    root = write_images(*NAMES)
    from_list = list_data(train=write(root / "list.txt", NAMES[::-1]))
    from_folder = folder_data(root=root, test_split="test")
    for split in Split:
        assert sorted(names(from_list, split)) == names(from_folder, split)


def test_missing_lists_are_named(write_images: Write, list_data: Data) -> None:
    root = write_images("a.png", "b.png")
    path = write(root / "a.txt", ["a.png", "b.png"])
    with pytest.raises(InputError, match=r"data\.train is missing: give data\.train=FILE"):
        list_data()
    with pytest.raises(InputError, match=r"data\.test is missing: give data\.test=FILE"):
        list_data(train=path, val=path).images(Split.TEST)
    with pytest.raises(InputError, match=r"data\.train is missing"):
        list_data(test=path).images(Split.TRAIN)
    with pytest.raises(InputError, match=r"names 2 images: 3 are needed to split"):
        list_data(train=path).images(Split.TEST)
    with pytest.raises(InputError, match=r"data\.val: .*none.txt' does not exist"):
        list_data(train=path, val=root / "none.txt").setup("fit")


@pytest.fixture
def paired(write_images: Write) -> Path:
    """Images whose red channel says where the hole is, and their masks at half their size."""
    root = write_images("a.png", "b.png", width=48, height=40)
    for seed, name in enumerate(("a", "b")):
        hole = np.random.RandomState(seed).rand(20, 24) < 0.4
        image = np.array(Image.open(root / f"{name}.png"))
        image[..., 0] = np.where(np.kron(hole, np.ones((2, 2))), 255, 0)
        Image.fromarray(image).save(root / f"{name}.png")
        Image.fromarray(np.uint8(255) * hole).save(root / f"{name}_mask.png")
    return write(root / "list.txt", ["a.png\ta_mask.png", "b.png\tb_mask.png"])


def test_masks_of_a_list_go_with_their_images_through_crops_and_flips(paired: Path, list_data: Data) -> None:
    data = list_data(train=paired, val=paired, test=paired, samples_per_epoch=40, center_crop=36)
    for batch in chain(data.train_dataloader(), data.val_dataloader()):
        assert batch["mask"].shape == (2, 1, 16, 16)
        assert set(batch["mask"].unique().tolist()) == {0, 1}
    for batch in data.train_dataloader():
        assert np.array_equal(batch["mask"][:, 0] == 1, batch["image"][:, 0] == 1)
    assert data.test_dataset.mask.mask_file(0, "b.png").name == "b_mask.png"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("center_crop", "size"), [(None, [40, 40]), (36, [36, 36]), (36, [36, 20])])
def test_evaluation_cuts_and_fits_masks_as_images(
    paired: Path, list_data: Data, center_crop: int | None, size: list[int]
) -> None:
    data = list_data(train=paired, val=paired, test=paired, size=size, center_crop=center_crop)
    for batch in chain(data.val_dataloader(), data.test_dataloader()):
        assert batch["mask"].shape == (2, 1, *size)
        assert np.array_equal(batch["mask"][:, 0] == 1, batch["image"][:, 0] == 1)


def test_masks_are_inverted_on_request(paired: Path, list_data: Data) -> None:
    (batch,) = list_data(test=paired).test_dataloader()
    with pytest.warns(InputWarning, match=r"if so, set data\.mask_invert=false"):
        (inverted,) = list_data(test=paired, mask_invert=True).test_dataloader()
    assert np.array_equal(inverted["mask"], 1 - batch["mask"])


def test_masks_that_look_inverted_are_warned_about(paired: Path, list_data: Data) -> None:
    for name in ("a", "b"):
        Image.fromarray(np.full((40, 48), 255, np.uint8)).save(paired.parent / f"{name}_mask.png")
    with pytest.warns(InputWarning, match=r"the masks look inverted; if so, set data\.mask_invert=true"):
        list_data(test=paired).setup("test")


def test_masks_of_other_proportions_are_refused(paired: Path, list_data: Data) -> None:
    Image.fromarray(np.eye(40, dtype=np.uint8) * np.uint8(255)).save(paired.parent / "a_mask.png")
    data = list_data(train=paired, val=paired, test=paired)
    for load in (data.train_dataloader, data.test_dataloader):
        with pytest.raises(InputError, match=r"a_mask\.png' is 40x40 .* its image a\.png 48x40"):
            list(load())


def test_unusable_thresholds_are_named(paired: Path, list_data: Data) -> None:
    with pytest.raises(InputError, match=r"data\.mask_threshold=0 must lie in \[1, 255\]"):
        list_data(test=paired, mask_threshold=0)


@pytest.mark.parametrize("key", ["root", "train", "val", "test"])
def test_a_key_without_a_value_is_named(paired: Path, list_data: Data, key: str) -> None:
    with pytest.raises(InputError, match=rf"^data\.{key} is empty: give data\.{key}=PATH, or data\.{key}=null"):
        list_data(**{"train": paired, key: ""})
