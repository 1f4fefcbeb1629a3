"""The data sets of the papers lie as `conf/data` says; what is missing is named with where to get it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from omegaconf import OmegaConf
from PIL import Image

from inpaint_zoo import data as data_modules
from inpaint_zoo.config.build import signature_of
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.data import FolderDataModule, InpaintingDataModule
from inpaint_zoo.data.paired_masks import PairedImage
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.images.finding import find_images
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.masks import BoxMask

Write = Callable[..., Path]
Data = Callable[..., FolderDataModule]
CONF = Path(__file__).parents[3] / "conf" / "data"
BOX = BoxMask(size_ratio=[0.2, 0.8], offset_ratio=1.0)


def made(name: str, **changes: Any) -> InpaintingDataModule:
    """The data module of a group file."""
    node: Any = OmegaConf.to_container(compose_config("train", [f"data={name}"]).data)
    arguments = node | {"num_workers": 0} | changes
    kind = getattr(data_modules, arguments.pop("_target_").rpartition(".")[2])
    module: InpaintingDataModule = kind(mask=BOX, eval_mask=BOX, seed=0, **arguments)
    return module


def names(data: InpaintingDataModule) -> list[list[str]]:
    return [[image.name for image in data.images(split)] for split in Split]


LAYOUTS = {
    "places2": [
        ("data_256/a/abbey/1.jpg", "val_256/2.jpg", "test_256/3.jpg"),
        ("data_256_standard/a/abbey/1.jpg", "val_256/2.jpg", "test_256/3.jpg"),
        ("train/a/abbey/1.jpg", "val/2.jpg", "test/3.jpg"),
    ],
    "places2_high_resolution": [("data_large/a/abbey/1.jpg", "val_large/2.jpg", "test_large/3.jpg")],
    "celeba_hq": [("train_256/a/abbey/1.jpg", "val_256/2.jpg", "visual_test_256/3.jpg")],
    "paris_street_view": [("paris_train_original/a/abbey/1.jpg", "val/2.jpg", "paris_eval_gt/3.jpg")],
    "dunhuang": [("train/a/abbey/1.jpg", "val/2.jpg", "test/3.jpg")],
}


@pytest.mark.parametrize(("name", "files"), [(name, files) for name, all_ in LAYOUTS.items() for files in all_])
def test_folders_are_splits(write_images: Write, name: str, files: tuple[str, ...]) -> None:
    root = write_images(*files)
    if name == "dunhuang":
        write_images(*(f"masks/{file}" for file in files))
    assert names(made(name, root=root)) == [["a/abbey/1.jpg"], ["2.jpg"], ["3.jpg"]]


@pytest.mark.parametrize("folder", ["images1024x1024", "thumbnails128x128"])
def test_faces_of_ffhq_are_split_by_their_numbers(write_images: Write, folder: str) -> None:
    files = ["00000/00000.png", "01000/01999.png", "59000/59999.png", "60000/60000.png", "69000/69999.png"]
    root = write_images(*(f"{folder}/{name}" for name in files), f"{folder}/LICENSE.png")
    assert names(made("ffhq", root=root)) == [files[:3], files[3:], files[3:]]


def test_celeba_is_its_center(write_images: Write) -> None:
    files = [f"00000{number}.jpg" for number in (1, 2, 3)]
    root = write_images(*(f"img_align_celeba/{name}" for name in files), width=178, height=218)
    (root / "list_eval_partition.txt").write_text("".join(f"{name} {digit}\n" for digit, name in enumerate(files)))
    data = made("celeba", root=root, flip_probability=0, batch_size=1, size=178, resize=None)
    assert names(data) == [[name] for name in files]
    for name, loader in zip(
        files, (data.train_dataloader(), data.val_dataloader(), data.test_dataloader()), strict=True
    ):
        (batch,) = loader
        image = read_image(root / "img_align_celeba" / name)[20:198]
        assert np.array_equal(np.round(batch["image"][0].permute(1, 2, 0).numpy() * 255), image)
    assert made("celeba", root=root).test_dataset[0]["image"].shape == (3, 256, 256)


PAPERS = [*LAYOUTS, "ffhq", "celeba"]


@pytest.mark.parametrize("name", PAPERS)
def test_a_missing_data_set_is_named_with_where_to_get_it(tmp_path: Path, name: str) -> None:
    hint = yaml.safe_load((CONF / f"{name}.yaml").read_text())["hint"].strip()
    for root in ("", tmp_path / "nowhere", tmp_path):
        with pytest.raises(InputError, match=re.escape(hint)) as caught:
            made(name, root=root).setup("fit")
        assert str(root) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_every_data_set_of_a_paper_has_its_error_tested() -> None:
    hinted = {path.stem for path in CONF.glob("*.yaml") if yaml.safe_load(path.read_text()).get("hint")}
    assert hinted == set(PAPERS)
    exported = [kind for kind in vars(data_modules).values() if inspect.isclass(kind)]
    taking = [kind for kind in exported if issubclass(kind, InpaintingDataModule)]
    assert taking
    assert all("exclude" in signature_of(kind).parameters for kind in taking)


def test_masks_of_a_folder_go_with_their_images(write_images: Write) -> None:
    root = write_images("train/x/a.png", "train/b.png", "val/c.png", "test/d.png", width=256, height=256)
    for path in [file.path for file in find_images(root, "data.root")]:
        known = np.array(Image.open(str(path)))[..., 0] > 80
        mask = root / "masks" / Path(str(path)).relative_to(root)
        mask.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.uint8(255) * known).save(mask)
    data = made("dunhuang", root=root, batch_size=2)
    for loader in (data.train_dataloader(), data.val_dataloader(), data.test_dataloader()):
        for batch in loader:
            assert np.array_equal(batch["mask"][:, 0] == 1, (batch["image"][:, 0] * 255).round() <= 80)


def test_a_split_without_a_folder_of_masks_takes_generated_ones(write_images: Write) -> None:
    root = write_images("train/a.png", "val/b.png", "test/c.png", "masks/test/c.png", width=256, height=256)
    data = made("dunhuang", root=root, batch_size=1)
    with pytest.warns(InputWarning, match=r"^data\.masks: '.*/masks/val' does not exist: images of val get those of"):
        assert data.val_dataset.mask is BOX
    with pytest.warns(UserWarning, match="soft|neither black nor white"):
        assert data.test_dataset.mask is not BOX


def test_missing_masks_are_named(write_images: Write, folder_data: Data) -> None:
    root = write_images("test/a.png", "test/b.png", "masks/test/a.png")
    with pytest.raises(InputError, match=r"data\.masks: .* no mask of the same name for 1 of 2 images: b\.png"):
        folder_data(root=root, masks="masks").setup("test")


@pytest.mark.parametrize("masks", ["masks", "masks/", "./masks", "b/../masks", "{root}/masks", "{link}/masks"])
def test_masks_of_a_flat_folder_are_no_images(
    write_images: Write, folder_data: Data, tmp_path: Path, masks: str
) -> None:
    root = write_images("a.png", "b/c.png", "masks/a.png", "masks/b/c.png")
    (tmp_path / "link").symlink_to(root)
    data = folder_data(root=root, masks=masks.format(root=root, link=tmp_path / "link"))
    images = data.images(Split.TEST)
    assert [image.name for image in images] == ["a.png", "b/c.png"]
    assert all(isinstance(image, PairedImage) for image in images)


@pytest.mark.parametrize("masks", ["mask", "Masks", "/etc", "a.png"])
@pytest.mark.parametrize("files", [("train/a.png", "val/b.png", "test/c.png"), ("a.png", "b.png", "c.png")])
def test_a_folder_of_masks_that_is_not_there_is_named(
    write_images: Write, folder_data: Data, *, masks: str, files: tuple[str, ...]
) -> None:
    root = write_images(*files, *(f"masks/{name}" for name in files))
    with pytest.raises(InputError, match=rf"^data\.masks: '.*{masks}.*' (does not exist|has no mask of the same name)"):
        folder_data(root=root, masks=masks).images(Split.TEST)


@pytest.mark.parametrize("masks", ["", ".", "..", "train/.."])
def test_an_image_is_not_its_own_mask(write_images: Write, folder_data: Data, masks: str) -> None:
    root = write_images("train/a.png", "val/b.png")
    with pytest.raises(InputError, match=r"^data\.masks='.*' holds the images themselves"):
        folder_data(root=root, masks=masks)


def test_paintings_without_their_masks_are_refused(write_images: Write) -> None:
    root = write_images("train/a.png", "val/b.png", "test/c.png")
    with pytest.raises(InputError, match=r"^data\.masks: '.*/masks/test' does not exist: .* Get the paintings"):
        made("dunhuang", root=root).images(Split.TEST)


def test_unusable_folders_are_named(tmp_path: Path, folder_data: Data) -> None:
    with pytest.raises(InputError, match=r"data\.folders=.* must name a folder for each of train, val and test"):
        folder_data(root=tmp_path, folders={"train": "train"})
    for wrong in (None, "train", {"train": "train"}):
        with pytest.raises(InputError, match=r"^data\.folders=.* must name a folder for each"):
            folder_data(root=tmp_path, folders=wrong)
    for wrong in ([], 5, None, "", [5], "/abs"):
        with pytest.raises(InputError, match=r"^data\.folders\.val=.* must be (a list|the name of a folder)"):
            folder_data(root=tmp_path, folders={"train": "train", "val": wrong, "test": "test"})
    with pytest.raises(InputError, match=r"^data\.folders: 'a\*\*' is not a pattern of folders"):
        folder_data(root=tmp_path, folders={"train": "a**", "val": "val", "test": "test"}).setup("fit")
