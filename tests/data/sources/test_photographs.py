"""The photographs of scikit-image: complete, and in disjoint splits."""

from __future__ import annotations

from pathlib import Path

import pytest
import skimage

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.data import PhotographsDataModule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.masks import BoxMask

BOX = BoxMask(size_ratio=[0.2, 0.8], offset_ratio=1.0)


@pytest.fixture
def data() -> PhotographsDataModule:
    node = compose_config("train", ["data=photographs", "data.num_workers=0"]).data
    made: PhotographsDataModule = construct(node, mask=BOX, eval_mask=BOX, seed=0)
    return made


def test_every_photograph_is_there_once_and_large_enough(data: PhotographsDataModule) -> None:
    images = [image for split in Split for image in data.images(split)]
    assert len({image.name for image in images}) == len(images) == 16
    assert all(min(read_image(image.path).shape[:2]) >= 256 for image in images)


def test_the_motorcycle_pair_is_in_one_split(data: PhotographsDataModule) -> None:
    names = {image.name for image in data.images(Split.TRAIN)}
    assert {"motorcycle_left.png", "motorcycle_right.png"} <= names


def test_a_few_photographs_make_the_epoch_that_was_asked_for(data: PhotographsDataModule) -> None:
    assert len(data.train_dataloader()) == 512 // 8
    batch = next(iter(data.train_dataloader()))
    assert batch["image"].shape == (8, 3, 256, 256)
    assert len(set(batch["name"])) == 8


def test_missing_photographs_are_named(
    data: PhotographsDataModule, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(skimage, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(InputError, match=r"lacks camera\.png, chelsea\.png, rocket\.jpg"):
        data.images(Split.TEST)


def test_a_photograph_is_decoded_once_and_cannot_be_changed(data: PhotographsDataModule) -> None:
    path = data.images(Split.TRAIN)[0].path
    assert data.read_image(path) is data.read_image(path)
    assert not data.read_image(path).flags.writeable
