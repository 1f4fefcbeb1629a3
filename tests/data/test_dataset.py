"""Samples: ranges, keys, crops, names."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inpaint_zoo.data.dataset import EvaluationDataset, TrainingDataset, numbered
from inpaint_zoo.data.paired_masks import PairedMasks
from inpaint_zoo.data.preparation import Preparation
from inpaint_zoo.data.sampler import Key
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import find_images
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.images.resizing import cover, resize
from inpaint_zoo.masks import BinnedIrregularMask, BoxMask, MaskRequest

BOX = BoxMask(size_ratio=[0.2, 0.8], offset_ratio=1.0)
IRREGULAR = BinnedIrregularMask(
    bins=[(0.0, 0.2), (0.2, 0.4), (0.4, 0.6)], stroke_width=[0.1, 0.2], segment_length=[0.1, 0.2], num_segments=[1, 3]
)
Write = Callable[..., Path]


def training(root: Path, **changes: Any) -> TrainingDataset:
    arguments: dict[str, Any] = {
        "mask": BOX,
        "paired_masks": PairedMasks(threshold=128, invert=False),
        "flip_probability": 0.5,
        "seed": 1,
        "read": read_image,
        "skip_unreadable": False,
    }
    keys = ("size", "center_crop", "resize", "fitting", "crop")
    preparation = Preparation(**{"size": (12, 16)} | {key: changes.pop(key) for key in keys if key in changes})
    images = find_images(root, "data.root")
    return TrainingDataset(images=images, preparation=preparation, **(arguments | changes))


def evaluation(root: Path, **changes: Any) -> EvaluationDataset:
    size = changes.pop("size", (12, 16))
    arguments: dict[str, Any] = {"mask": BOX, "repeats": 1, "seed": 0}
    arguments["prepare"] = lambda image: cover(image, size, resize)
    return EvaluationDataset(images=find_images(root, "data.root"), **(arguments | changes))


def equal(first: Any, second: Any) -> bool:
    return bool(torch.equal(first["image"], second["image"]) and torch.equal(first["mask"], second["mask"]))


def test_samples_follow_the_conventions(write_images: Write) -> None:
    root = write_images("a/ü, [x]=1.png", "b.png")
    for sample, name in ((training(root)[Key(3, 1, 0)], "b.png"), (evaluation(root)[0], "a/ü, [x]=1.png")):
        assert sample["image"].shape == (3, 12, 16)
        assert sample["image"].dtype == sample["mask"].dtype == torch.float32
        assert 0 <= sample["image"].min() < sample["image"].max() <= 1
        assert sample["mask"].shape == (1, 12, 16)
        assert set(sample["mask"].unique().tolist()) == {0, 1}
        assert sample["name"] == name


def test_a_training_sample_is_a_crop_of_its_image_mirrored_half_the_time(write_images: Write) -> None:
    root = write_images("a.png")
    file = read_image(root / "a.png").astype(np.float32) / 255
    places = []
    for epoch in range(60):
        image = training(root)[Key(epoch, 0, 0)]["image"].permute(1, 2, 0).numpy()
        places += [
            (flipped, y, x)
            for flipped, view in enumerate((image, image[:, ::-1]))
            for y in range(20 - 12 + 1)
            for x in range(24 - 16 + 1)
            if np.array_equal(view, file[y : y + 12, x : x + 16])
        ]
    assert len(places) == 60
    assert 15 < sum(flipped for flipped, _, _ in places) < 45
    assert {y for _, y, _ in places} == {x for _, _, x in places} == set(range(9))


def test_a_key_fixes_the_sample_and_every_part_of_it_counts(write_images: Write) -> None:
    root = write_images("a.png", "b.png")
    dataset = training(root)
    first = dataset[Key(2, 0, 0)]
    random.seed(5)
    np.random.seed(5)
    torch.manual_seed(5)
    dataset[Key(0, 1, 0)]
    assert equal(dataset[Key(2, 0, 0)], first)
    assert equal(training(root)[Key(2, 0, 0)], first)
    assert not equal(dataset[Key(3, 0, 0)], first)
    assert not equal(training(root, seed=2)[Key(2, 0, 0)], first)
    assert equal(dataset[1], dataset[Key(0, 1, 0)])


def test_resize_makes_small_images_large_enough(write_images: Write) -> None:
    root = write_images("small, 1.png", width=8, height=10)
    with pytest.raises(InputError, match=r"small, 1\.png': an image of 8x10 .* crop 16x12: set data\.resize=16"):
        training(root)[Key(0, 0, 0)]
    assert training(root, resize=16)[Key(0, 0, 0)]["image"].shape == (3, 12, 16)


def test_evaluation_cuts_the_center_of_the_resized_image(write_images: Write) -> None:
    root = write_images("a.png", width=40, height=16)
    image = evaluation(root, size=(16, 16))[0]["image"].permute(1, 2, 0).numpy()
    assert np.array_equal(np.round(image * 255), read_image(root / "a.png")[:, 12:28])


def test_repeats_show_each_image_with_the_masks_in_turn(write_images: Write) -> None:
    root = write_images("a/x.png", "b.png")
    dataset = evaluation(root, repeats=3, mask=IRREGULAR)
    samples = [dataset[index] for index in range(len(dataset))]
    assert [sample["name"] for sample in samples] == [
        *("a/x@1.png", "a/x@2.png", "a/x@3.png"),
        *("b@1.png", "b@2.png", "b@3.png"),
    ]
    used = [int(sample["mask"].mean().item() / 0.2) for sample in samples]
    for first, *following in (used[:3], used[3:]):
        assert following == [(first + 1) % 3, (first + 2) % 3]
    assert all(torch.equal(sample["image"], samples[0]["image"]) for sample in samples[:3])
    assert not torch.equal(samples[0]["mask"], samples[3]["mask"])
    assert equal(samples[4], evaluation(root, repeats=3, mask=IRREGULAR)[4])
    assert not equal(samples[4], evaluation(root, repeats=3, mask=IRREGULAR, seed=1)[4])


@pytest.mark.parametrize(
    ("name", "expected"), [("a.png", "a@2.png"), ("a.b/c d.jpg", "a.b/c d@2.jpg"), ("x.y.png", "x.y@2.png")]
)
def test_numbers_go_before_the_suffix(name: str, expected: str) -> None:
    assert numbered(name, 2) == expected


def test_damaged_images_are_named(write_images: Write) -> None:
    root = write_images("a.png")
    (root / "a.png").write_bytes(b"nothing")
    for dataset in (training(root), evaluation(root)):
        with pytest.raises(InputError, match=r"a\.png' cannot be read"):
            dataset[0]


class Reader:
    """Reads images and remembers the sizes that were asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int] | None] = []

    def __call__(self, path: Path, at_least: tuple[int, int] | None) -> np.ndarray:
        self.asked.append(at_least)
        return read_image(path, at_least)


@pytest.fixture
def large_jpeg(tmp_path: Path) -> Path:
    """A folder with a JPEG file of 500 x 400."""
    y, x = np.mgrid[0:400, 0:500]
    waves = np.stack([np.sin(x / 9) + np.cos(y / 7), np.sin((x + y) / 11), np.cos((x - y) / 13)], axis=2)
    Image.fromarray((127 + 60 * waves).astype(np.uint8)).save(tmp_path / "a.jpg", quality=95)
    return tmp_path


def test_large_jpeg_files_are_read_at_twice_the_size_that_is_asked_for(large_jpeg: Path) -> None:
    read = Reader()
    reduced = training(large_jpeg, size=(64, 64), resize=64, read=read)[0]["image"]
    whole = training(large_jpeg, size=(64, 64), resize=64, read=lambda path, _: read_image(path))[0]["image"]
    assert float((reduced - whole).abs().mean()) < 0.01
    training(large_jpeg, size=(64, 64), read=read)[0]
    assert read.asked == [(128, 128), None]


def test_a_square_is_cut_from_all_pixels_of_a_large_jpeg_file(large_jpeg: Path) -> None:
    read, cut = Reader(), {"size": (64, 64), "resize": 64, "center_crop": 150}
    found = training(large_jpeg, **cut, read=read)[0]
    assert equal(found, training(large_jpeg, **cut, read=lambda path, _: read_image(path))[0])
    assert read.asked == [None]


def test_every_level_is_divided_as_torch_divides_it(tmp_path: Path) -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    Image.fromarray(levels).save(tmp_path / "a.png")
    image = evaluation(tmp_path, size=(16, 16))[0]["image"]
    assert torch.equal(image, torch.from_numpy(levels).permute(2, 0, 1).float() / 255)
    assert image.is_contiguous()


def test_a_mask_belongs_to_the_seed_and_the_name_of_its_image(write_images: Write) -> None:
    def masks(root: Path, **changes: Any) -> dict[str, bytes]:
        dataset = evaluation(root, mask=IRREGULAR, **changes)
        return {dataset.name(index): dataset.mask_at(index, 30, 40).tobytes() for index in range(len(dataset))}

    some, more = write_images("some/b.png", "some/d/c.png"), write_images("more/a.png", "more/b.png", "more/d/c.png")
    found = masks(some / "some")
    assert {name: mask for name, mask in masks(more / "more").items() if name in found} == found
    assert len(set(found.values())) == 2
    repeated = masks(some / "some", repeats=2)
    assert (repeated["b@1.png"], repeated["d/c@1.png"]) == (found["b.png"], found["d/c.png"])
    assert len(set(repeated.values())) == 4
    assert not set(masks(some / "some", seed=1).values()) & set(found.values())


def test_the_mask_of_an_evaluation_sample_is_drawn_once(write_images: Write) -> None:
    drawn: list[str | None] = []

    def mask(request: MaskRequest) -> np.ndarray:
        drawn.append(request.name)
        return BOX(request)

    root = write_images("a.png", "b.png")
    dataset = evaluation(root, mask=mask, repeats=2, size=(13, 17))
    masks = [dataset.mask_at(index, 13, 17) for index in range(len(dataset))]
    assert [torch.equal(dataset[i]["mask"], torch.from_numpy(masks[i]).float()) for i in range(4)] == [True] * 4
    fresh = evaluation(root, repeats=2, size=(13, 17))
    assert all(equal(dataset[index], fresh[index]) for index in range(4))
    assert masks[0].dtype == np.uint8
    assert drawn == ["a.png", "a.png", "b.png", "b.png"]
