"""Samples of a batch: a picture, prepared, and a mask, both fixed by the sample's key."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any, TypedDict

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from inpaint_zoo.data.sampler import Key
from inpaint_zoo.errors import InputError
from inpaint_zoo.fitting import resize_shorter
from inpaint_zoo.images import PictureFile, read_image, resize
from inpaint_zoo.masks import MaskGenerator
from inpaint_zoo.randomness import random_state
from inpaint_zoo.readable import Readable


class Sample(TypedDict):
    """One element of a `Batch`."""

    image: Tensor
    """(3, H, W) in [0, 1]."""
    mask: Tensor
    """(1, H, W), exactly 0 or 1, 1 = hole."""
    name: str


class TrainingDataset(Dataset[Sample]):
    """Random crops, mirrored at random, with random masks: sample (epoch, index) is always the same.

    Args:
        pictures: The files.
        mask: Makes the masks.
        size: (height, width) of the crop.
        resize: Resize the shorter side to this many pixels before the crop; None keeps the picture's own size.
        flip_probability: Of mirroring left and right.
        seed: Of all of this.
        read: From a path to (H, W, 3) uint8.

    Raises:
        InputError: From `dataset[key]`: a file cannot be read or is smaller than the crop.
    """

    def __init__(
        self,
        *,
        pictures: Sequence[PictureFile],
        mask: MaskGenerator,
        size: tuple[int, int],
        resize: int | None,
        flip_probability: float,
        seed: int,
        read: Callable[[Readable], np.ndarray],
    ) -> None:
        self.pictures = pictures
        self.mask = mask
        self.size = size
        self.resize = resize
        self.seed = seed
        self.read = read
        self.augment = _augmentation(size, flip_probability)

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, key: Key | int) -> Sample:
        epoch, index = key if isinstance(key, tuple) else (0, key)
        rng = random_state(self.seed, epoch, index)
        picture = self.pictures[index]
        image = self.read(picture.path)
        if self.resize is not None:
            image = resize_shorter(image, (self.resize, self.resize), resize)
        self._check_size(picture, image)
        # without a seed of its own, albumentations 2.0 repeats its stream in every worker and every epoch
        self.augment.set_random_seed(int(rng.randint(2**31, dtype=np.int64)))
        image = self.augment(image=image)["image"]
        return _sample(image, self.mask(*self.size, rng), picture.name)

    def _check_size(self, picture: PictureFile, image: np.ndarray) -> None:
        height, width = image.shape[:2]
        if height < self.size[0] or width < self.size[1]:
            raise InputError(
                f"{str(picture.path)!r} is {width}x{height} (width x height), smaller than the crop "
                f"{self.size[1]}x{self.size[0]}: set data.resize={max(self.size)}, or a smaller data.size="
            )


class EvaluationDataset(Dataset[Sample]):
    """Whole pictures, prepared as a protocol says; sample i is picture i // repeats with mask i.

    Args:
        pictures: The files.
        mask: Makes the masks.
        prepare: From a picture (H, W, 3) uint8 to what is judged.
        repeats: How often each picture appears, each time with another mask; the names then carry a number,
            `chelsea@2.png`.
        seed: Of the masks.

    Raises:
        InputError: From `dataset[index]`: a file cannot be read.
    """

    def __init__(
        self,
        *,
        pictures: Sequence[PictureFile],
        mask: MaskGenerator,
        prepare: Callable[[np.ndarray], np.ndarray],
        repeats: int,
        seed: int,
    ) -> None:
        self.pictures = pictures
        self.mask = mask
        self.prepare = prepare
        self.repeats = repeats
        self.seed = seed

    def __len__(self) -> int:
        return len(self.pictures) * self.repeats

    @property
    def names(self) -> list[str]:
        """The names of the samples, in order."""
        return [self._name(index) for index in range(len(self))]

    def picture_file(self, index: int) -> PictureFile:
        """The file that sample `index` shows; samples of one file differ in their masks."""
        return self.pictures[index // self.repeats]

    def mask_at(self, index: int, height: int, width: int) -> np.ndarray:
        """The mask of sample `index` for a prepared picture of this size, uint8 (1, height, width), 1 = hole."""
        rng = random_state(self.seed, index)
        return self.mask(height, width, rng, index=index, name=self.picture_file(index).name)

    def _name(self, index: int) -> str:
        name = self.picture_file(index).name
        return numbered(name, index % self.repeats + 1) if self.repeats > 1 else name

    def __getitem__(self, index: int) -> Sample:
        image = self.prepare(read_image(self.picture_file(index).path))
        return _sample(image, self.mask_at(index, *image.shape[:2]), self._name(index))


def numbered(name: str, number: int) -> str:
    """Put a number into a file name, before its suffix: `a/b.png` becomes `a/b@2.png`."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}@{number}{path.suffix}"))


def _augmentation(size: tuple[int, int], flip_probability: float) -> Any:
    # the library asks the network for its newest version when it is imported
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    import albumentations  # noqa: PLC0415 - slow to import, and training only

    return albumentations.Compose(
        [
            albumentations.RandomCrop(height=size[0], width=size[1]),
            albumentations.HorizontalFlip(p=flip_probability),
        ]
    )


def _sample(image: np.ndarray, mask: np.ndarray, name: str) -> Sample:
    pixels = torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1)))
    return Sample(image=pixels.float() / 255, mask=torch.from_numpy(mask).float(), name=name)
