"""Samples of an image and a mask, both determined by the sample's key."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any, TypedDict

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from inpaint_zoo.data.mask_keys import MaskKey, MaskRule, mask_key
from inpaint_zoo.data.paired_masks import PairedImage, PairedMasks
from inpaint_zoo.data.preparation import Preparation
from inpaint_zoo.data.sampler import Key
from inpaint_zoo.data.skipping import Skipped
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.masks import MaskGenerator, MaskRequest
from inpaint_zoo.runtime.random_state import random_state


class _Complete(TypedDict):
    image: Tensor
    """(3, H, W) in [0, 1]."""
    mask: Tensor
    """(1, H, W), exactly 0 or 1, 1 = hole."""
    name: str


class Sample(_Complete, total=False):
    """One element of a `Batch`."""

    damage: Tensor
    """(1, H, W), of damaged images: see `Batch`."""


class TrainingDataset(Dataset[Sample | Skipped]):
    """Prepared images, mirrored at random, with random masks; sample (epoch, index) is always the same.

    Only masks that change during training also depend on the sample's position.

    Args:
        images: The files; the mask of a `PairedImage` is cropped and mirrored with it.
        mask: Makes the masks of images without a paired mask.
        paired_masks: How the masks of `PairedImage`s are read.
        preparation: How images are brought to the size of the samples.
        flip_probability: Probability of mirroring left to right.
        seed: Of crops, flips and masks.
        read: From a path, and the (height, width) that is enough or None, to (H, W, 3) uint8.
        skip_unreadable: Return `Skipped` for an image that cannot be read.
        damaged: The paired masks are damage: what they mark is no part of the masks, which `mask` makes.

    Raises:
        InputError: From `dataset[key]`: a file cannot be read or is smaller than the crop.
    """

    def __init__(
        self,
        *,
        images: Sequence[ImageFile],
        mask: MaskGenerator,
        paired_masks: PairedMasks,
        preparation: Preparation,
        flip_probability: float,
        seed: int,
        read: Callable[[Readable, tuple[int, int] | None], np.ndarray],
        skip_unreadable: bool,
        damaged: bool = False,
    ) -> None:
        self.images = images
        self.mask = mask
        self.paired_masks = paired_masks
        self.preparation = preparation
        self.seed = seed
        self.read = read
        self.skip_unreadable = skip_unreadable
        self.damaged = damaged
        self.augment = _augmentation(preparation.size, flip_probability)
        self.total_samples: int | None = None
        """Length of the whole training, in samples over all ranks; None if it is not known."""

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, key: Key | int) -> Sample | Skipped:
        epoch, index, position = key if isinstance(key, tuple) else Key(0, key, key)
        rng = random_state(self.seed, epoch, index)
        file = self.images[index]
        try:
            image, holes = self._read(file)
        except InputError as error:
            if not self.skip_unreadable:
                raise
            return Skipped(file.name, str(error))
        try:
            image, holes = self.preparation(image, holes, rng)
        except InputError as error:
            raise InputError(f"{str(file.path)!r}: {error}") from error
        # without this seed, albumentations 2.0 repeats its stream in every worker and every epoch
        self.augment.set_random_seed(int(rng.randint(2**31, dtype=np.int64)))
        cut = self.augment(image=image) if holes is None else self.augment(image=image, mask=holes)
        paired = None if holes is None else cut["mask"][None]
        if paired is not None and not self.damaged:
            return _sample(cut["image"], paired, file.name)
        mask = self.mask(MaskRequest(*self.preparation.size, rng, self.progress(position)))
        return _sample(cut["image"], mask, file.name, damage=paired)

    def progress(self, position: int) -> float:
        """The share of training, in [0, 1], that is done at this position of the stream; 1 if it is not known."""
        return 1.0 if self.total_samples is None else min(1.0, position / self.total_samples)

    def _read(self, file: ImageFile) -> tuple[np.ndarray, np.ndarray | None]:
        """The image (H, W, 3), and the holes (H, W) of its paired mask, or None."""
        if isinstance(file, PairedImage):
            image = self.read(file.path, None)
            return image, self.paired_masks.holes(file, image.shape[:2])
        return self.read(file.path, self.preparation.enough), None


class EvaluationDataset(Dataset[Sample]):
    """Whole images, prepared by a protocol; each image `repeats` times in a row, each time with another mask.

    A mask depends on the seed and the image's name, see `mask_key`.

    Args:
        images: The files.
        mask: Makes the masks.
        prepare: From an image (H, W, 3) uint8 to the image that is evaluated.
        repeats: How often each image appears, each time with another mask; if more than once, names have a number, such
            as `chelsea@2.png`.
        seed: Of the masks.
        damage: Says which pixels of an image nobody knows; None if all are known.

    Raises:
        InputError: From `dataset[index]`: a file cannot be read.
    """

    def __init__(
        self,
        *,
        images: Sequence[ImageFile],
        mask: MaskGenerator,
        prepare: Callable[[np.ndarray], np.ndarray],
        repeats: int,
        seed: int,
        damage: MaskGenerator | None = None,
    ) -> None:
        self.images = images
        self.mask = mask
        self.prepare = prepare
        self.repeats = repeats
        self.seed = seed
        self.damage = damage
        self.mask_rule = MaskRule.NAME
        """To be set before the first mask is asked for."""
        self._drawn: dict[tuple[int, int, int], bytes] = {}
        """Masks by index and size, a bit per pixel, compressed to about a kilobyte at 256 x 256."""

    def __len__(self) -> int:
        return len(self.images) * self.repeats

    @property
    def names(self) -> list[str]:
        """The names of the samples, in order."""
        return [self.name(index) for index in range(len(self))]

    def image_file(self, index: int) -> ImageFile:
        """The image file of sample `index`; samples of the same file differ in their masks."""
        return self.images[index // self.repeats]

    def name(self, index: int) -> str:
        """The name of sample `index`."""
        name = self.image_file(index).name
        return numbered(name, index % self.repeats + 1) if self.repeats > 1 else name

    def mask_key(self, index: int) -> MaskKey:
        """What the mask of sample `index` depends on, beside the seed."""
        return mask_key(self.mask_rule, self.image_file(index).name, index % self.repeats, index)

    def mask_at(self, index: int, height: int, width: int) -> np.ndarray:
        """The mask of sample `index` for a prepared image of this size, uint8 (1, height, width), 1 = hole.

        It is drawn once; workers that start later have a copy.
        """
        key = (index, height, width)
        if key not in self._drawn:
            numbers, turn = self.mask_key(index)
            rng = random_state(self.seed, *numbers)
            mask = self.mask(MaskRequest(height, width, rng, index=turn, name=self.image_file(index).name))
            self._drawn[key] = zlib.compress(np.packbits(mask).tobytes(), level=1)
        bits = np.frombuffer(zlib.decompress(self._drawn[key]), np.uint8)
        return np.unpackbits(bits, count=height * width).reshape(1, height, width)

    def pixels(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """The prepared image (H, W, 3) and the mask (1, H, W) of sample `index`, both uint8."""
        image = self.prepare(read_image(self.image_file(index).path))
        return image, self.mask_at(index, *image.shape[:2])

    def __getitem__(self, index: int) -> Sample:
        image, mask = self.pixels(index)
        if self.damage is None:
            return _sample(image, mask, self.name(index))
        height, width = image.shape[:2]
        request = MaskRequest(height, width, random_state(self.seed), name=self.image_file(index).name)
        return _sample(image, mask, self.name(index), damage=self.damage(request))


def numbered(name: str, number: int) -> str:
    """Put a number into a file name, before its suffix: `a/b.png` becomes `a/b@2.png`."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}@{number}{path.suffix}"))


def _augmentation(size: tuple[int, int], flip_probability: float) -> Any:
    # on import, the library would look up its newest version on the internet
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"
    import albumentations  # noqa: PLC0415 - slow to import, and for training only

    return albumentations.Compose(
        [
            albumentations.RandomCrop(height=size[0], width=size[1]),
            albumentations.HorizontalFlip(p=flip_probability),
        ]
    )


def _sample(image: np.ndarray, mask: np.ndarray, name: str, damage: np.ndarray | None = None) -> Sample:
    # one pass from uint8 to float planes: most of the time goes into memory that is used for the first time
    pixels = np.empty((3, *image.shape[:2]), np.float32)
    np.divide(image.transpose(2, 0, 1), np.float32(255), out=pixels, dtype=np.float32)
    if damage is not None:
        mask = mask & (1 - damage)
    sample = Sample(image=torch.from_numpy(pixels), mask=torch.from_numpy(mask.astype(np.float32)), name=name)
    if damage is not None:
        sample["damage"] = torch.from_numpy(damage.astype(np.float32))
    return sample
