"""The base class of data modules: datasets, loaders, and a training stream that can be resumed."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch
from pytorch_lightning import LightningDataModule
from pytorch_lightning.loops.progress import _ProcessedTracker
from torch.utils.data import DataLoader, Dataset

from inpaint_zoo.checks import at_least, choose, height_and_width, probability, seed_in_range
from inpaint_zoo.data.dataset import EvaluationDataset, Sample, TrainingDataset
from inpaint_zoo.data.exclusion import Exclusion
from inpaint_zoo.data.loader import ResumableLoader
from inpaint_zoo.data.paired_masks import PairedImage, PairedMaskGenerator, PairedMasks
from inpaint_zoo.data.planning import full_batches, planned_batches
from inpaint_zoo.data.preparation import COVER, Preparation
from inpaint_zoo.data.sampler import TrainingSampler
from inpaint_zoo.data.skipping import SkipCount, collate
from inpaint_zoo.data.splits import Split
from inpaint_zoo.data.squares import prepared_square
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.jpeg import read_training_image
from inpaint_zoo.images.resizing import BICUBIC, FITTINGS
from inpaint_zoo.masks import BinnedIrregularMask, IrregularMask, MaskGenerator
from inpaint_zoo.masks.files.resizing import RESIZINGS
from inpaint_zoo.masks.generator import checked_generator

_BATCHES_AHEAD = 4
"""Batches that each worker prepares ahead, so that a GPU need not wait for a single large image."""


class InpaintingDataModule(LightningDataModule, ABC):
    """Loads `Batch` dicts; a subclass provides the images.

    Samples depend on (seed, epoch, index) in training, where an epoch is one pass over the images, and on (eval_seed,
    name) in evaluation, not on workers, ranks or interruptions. A resumed training continues after the last sample that
    it was trained on, also in the middle of a pass. A `Trainer` needs `use_distributed_sampler=False`.

    Args:
        mask: Masks for training; None: `IrregularMask()`.
        eval_mask: Masks for validation and test; None: `BinnedIrregularMask()`.
        size: Height and width of the samples, one number or [height, width].
        center_crop: Side of the square that is first cut out of the centre, in evaluation too; None does not crop.
        fitting: How images get the proportions of `size`: a name of `FITTINGS`; `cover` takes random crops in training.
        resize: Before the random crop, resize the shorter side to this many pixels; None keeps the image's size.
        crop: Shorter side of the random crop, which is resized to `size`, or `any`; None cuts `size` itself.
        interpolation: How images are resized: a name of `INTERPOLATIONS`.
        flip_probability: Probability that a training image is mirrored left to right.
        samples_per_epoch: Length of an epoch of the `Trainer`; None is the number of images. The stream of images does
            not depend on it.
        eval_repeats: How often each image is in validation and test, each time with another mask.
        batch_size: For training, on each device.
        eval_batch_size: For validation and test, on each device.
        num_workers: Processes that load data; 0 loads in the main process.
        seed: Of crops, flips, masks and order in training, in [0, 2**32).
        eval_seed: Of the masks of validation and test, in [0, 2**32).
        exclude: Text file with the names of images to leave out, as in `Exclusion`; None leaves out none.
        on_error: For training images that cannot be read: `raise` an error, or `skip` the image, which makes its batch
            smaller. In validation and test such an image is always an error.

    Raises:
        InputError: A number is out of range, a mask is not a generator, or the data cannot be used.
    """

    damaged = False
    """Whether paired masks mark damage, which no training sees: what `mask` makes is to be filled."""

    def __init__(
        self,
        *,
        mask: MaskGenerator | None = None,
        eval_mask: MaskGenerator | None = None,
        size: int | Sequence[int] = 256,
        center_crop: int | None = None,
        resize: int | None = None,
        flip_probability: float = 0.5,
        samples_per_epoch: int | None = None,
        eval_repeats: int = 1,
        batch_size: int = 8,
        eval_batch_size: int = 8,
        num_workers: int = 2,
        seed: int = 0,
        eval_seed: int = 0,
        exclude: str | os.PathLike[str] | None = None,
        on_error: str = "raise",
        fitting: str = COVER,
        crop: int | str | None = None,
        interpolation: str = BICUBIC,
    ) -> None:
        super().__init__()
        self.mask = IrregularMask() if mask is None else checked_generator(mask, "mask")
        self.eval_mask = BinnedIrregularMask() if eval_mask is None else checked_generator(eval_mask, "eval_mask")
        self.size = height_and_width(size, "data.size")
        self.center_crop = None if center_crop is None else at_least(1, center_crop, "data.center_crop")
        self.resize, self.fitting, self.crop = resize, fitting, crop
        self.preparation = Preparation(self.size, self.center_crop, resize, fitting, crop, interpolation)
        self.flip_probability = probability(flip_probability, "data.flip_probability")
        epoch = samples_per_epoch
        self.samples_per_epoch = None if epoch is None else at_least(1, epoch, "data.samples_per_epoch")
        self.eval_repeats = at_least(1, eval_repeats, "data.eval_repeats")
        self.batch_size = at_least(1, batch_size, "data.batch_size")
        self.eval_batch_size = at_least(1, eval_batch_size, "data.eval_batch_size")
        self.num_workers = at_least(0, num_workers, "data.num_workers")
        self.seed = seed_in_range(seed, "seed")
        self.eval_seed = seed_in_range(eval_seed, "data.eval_seed")
        self.exclusion = None if exclude is None else Exclusion(exclude)
        self.skip_unreadable = choose({"raise": False, "skip": True}, on_error, "data.on_error")
        self.skip_count = SkipCount()
        self.paired_masks = PairedMasks(threshold=128, invert=False)
        self._restored = {"batches": 0, "samples": 0}

    def __getstate__(self) -> dict[str, Any]:
        """What a worker process gets, of which only `read_image` is called: neither the trainer nor what is cached."""
        kinds = type(self).__mro__
        cached = {name for kind in kinds for name, value in vars(kind).items() if isinstance(value, cached_property)}
        return {name: value for name, value in self.__dict__.items() if name not in cached} | {"trainer": None}

    @abstractmethod
    def images(self, split: Split) -> Sequence[ImageFile]:
        """The files of a split, in a fixed order; an InputError if there are none."""

    def read_image(self, path: Readable, at_least: tuple[int, int] | None = None) -> np.ndarray:
        """Read a training image as (H, W, 3) uint8.

        If that is faster, it is reduced, to no less than (height, width) `at_least`. A subclass may cache images.
        """
        return read_training_image(path, at_least)

    def setup(self, stage: str) -> None:
        """Find the images, so that mistakes are reported before training starts."""
        if stage == "fit":
            self._restored = {"batches": 0, "samples": 0}
            _ = self.train_dataset
        if stage in {"fit", "validate"}:
            _ = self.val_dataset
        if stage == "test":
            _ = self.test_dataset

    def teardown(self, stage: str) -> None:
        """Log the skipped images."""
        if stage == "fit":
            self.skip_count.summarise()

    @cached_property
    def train_dataset(self) -> TrainingDataset:
        """Samples by (epoch, index)."""
        return TrainingDataset(
            images=self.used_images(Split.TRAIN),
            mask=self.mask,
            paired_masks=self.paired_masks,
            preparation=self.preparation,
            flip_probability=self.flip_probability,
            seed=self.seed,
            read=self.read_image,
            skip_unreadable=self.skip_unreadable,
            damaged=self.damaged,
        )

    def kept_images(self, split: Split) -> Sequence[ImageFile]:
        """The files of a split without those that are excluded."""
        return self.images(split) if self.exclusion is None else self.exclusion.rest(self.images(split), split)

    def used_images(self, split: Split) -> Sequence[ImageFile]:
        """As `kept_images`; checks some of the masks that belong to them."""
        images = self.kept_images(split)
        if isinstance(images[0], PairedImage):
            self.paired_masks.check_some(images)
        return images

    @cached_property
    def val_dataset(self) -> EvaluationDataset:
        """Samples by index."""
        return self.evaluation_dataset(Split.VAL, self.preparation.fitted, fitting=self.fitting)

    @cached_property
    def test_dataset(self) -> EvaluationDataset:
        """Samples by index."""
        return self.evaluation_dataset(Split.TEST, self.preparation.fitted, fitting=self.fitting)

    def train_dataloader(self) -> DataLoader[Sample]:
        """Full batches of the training stream, from the position that training has reached."""
        (rank, world_size), num_images = self._rank(), len(self.train_dataset)
        num_batches = full_batches(self.samples_per_epoch, num_images, self.batch_size * world_size)
        self.train_dataset.total_samples = self._planned_samples(num_batches)
        sampler = TrainingSampler(
            num_images=num_images,
            num_samples=num_batches * self.batch_size,
            seed=self.seed,
            rank=rank,
            world_size=world_size,
            position=self._position,
        )
        module = None if self.damaged else self.trainer and self.trainer.lightning_module
        collated = partial(collate, prepare=getattr(module, "prepare_batch", None))
        return self._loader(self.train_dataset, batch_size=self.batch_size, sampler=sampler, collate_fn=collated)

    def val_dataloader(self) -> DataLoader[Sample]:
        """Every validation sample once."""
        return self._every_sample_once(self.val_dataset)

    def test_dataloader(self) -> DataLoader[Sample]:
        """Every test sample once."""
        return self._every_sample_once(self.test_dataset)

    def state_dict(self) -> dict[str, int]:
        """The progress of training: batches of this process, and samples over all ranks."""
        return {"batches": self._trained_batches(), "samples": self._position()}

    def load_state_dict(self, state_dict: dict[str, int]) -> None:
        """Restore a `state_dict`, whatever its batch size and number of ranks."""
        self._restored = dict(state_dict)

    def _trained_batches(self) -> int:
        """Batches that this process was trained on since training began, including resumed runs.

        Lightning increments `processed` right after the training step and restores it from a checkpoint before it asks
        for the loader. Unlike the epoch number, it is correct after an epoch that `max_steps` cut short.
        """
        if self.trainer is None:
            return 0
        progress = self.trainer.fit_loop.epoch_loop.batch_progress.total
        assert isinstance(progress, _ProcessedTracker)
        return progress.processed

    def _position(self) -> int:
        """Samples of the training stream that all ranks together have been trained on."""
        _, world_size = self._rank()
        batches = self._trained_batches() - self._restored["batches"]
        return self._restored["samples"] + batches * self.batch_size * world_size

    def _planned_samples(self, epoch_batches: int) -> int | None:
        """Samples that all ranks together will have been trained on when training ends, if that is known."""
        goal = None if self.trainer is None else planned_batches(self.trainer, epoch_batches)
        if goal is None:
            return None
        # batches of an interrupted run count with its batch size
        missing = max(0, goal - self._restored["batches"])
        return self._restored["samples"] + missing * self.batch_size * self._rank()[1]

    def _rank(self) -> tuple[int, int]:
        return (0, 1) if self.trainer is None else (self.trainer.global_rank, self.trainer.world_size)

    def evaluation_dataset(
        self,
        split: Split,
        prepare: Callable[[np.ndarray], np.ndarray],
        *,
        fitting: str = COVER,
        mask_resizing: str = "nearest",
    ) -> EvaluationDataset:
        """Each image of a split `eval_repeats` times, with masks of `eval_mask`, or its paired mask.

        Args:
            split: Which images.
            prepare: From an image (H, W, 3) uint8, after `center_crop`, to the image that is evaluated.
            fitting: The name in `FITTINGS` of how `prepare` changes proportions, for paired masks.
            mask_resizing: The name in `RESIZINGS` of how paired masks are resized.
        """
        images, fit, scale = self.used_images(split), FITTINGS[fitting], RESIZINGS[mask_resizing]
        paired = PairedMaskGenerator(images, self.paired_masks, self.center_crop, fit, scale)
        has_masks = isinstance(images[0], PairedImage)
        return EvaluationDataset(
            images=images,
            mask=paired if has_masks and not self.damaged else self.eval_mask,
            damage=paired if has_masks and self.damaged else None,
            prepare=partial(prepared_square, side=self.center_crop, prepare=prepare),
            repeats=self.eval_repeats,
            seed=self.eval_seed,
        )

    def evaluation_loader(self, dataset: Dataset[Any], indices: Sequence[int], batch_size: int) -> DataLoader[Any]:
        """The samples of these indices, in this order."""
        return self._loader(dataset, batch_size=batch_size, sampler=indices)

    def _every_sample_once(self, dataset: EvaluationDataset) -> DataLoader[Sample]:
        """All samples, distributed over the ranks without repeating any."""
        rank, world_size = self._rank()
        if len(dataset) < world_size:  # a process without samples would miss what Lightning does on all ranks
            raise InputError(f"{len(dataset)} samples for {world_size} processes: raise data.eval_repeats=")
        return self.evaluation_loader(dataset, range(rank, len(dataset), world_size), self.eval_batch_size)

    def _loader(self, dataset: Any, **options: Any) -> DataLoader[Sample]:
        return ResumableLoader(
            dataset,
            skip_count=self.skip_count,
            num_workers=self.num_workers,
            pin_memory=torch.cuda.is_available(),
            persistent_workers=self.num_workers > 0,
            prefetch_factor=_BATCHES_AHEAD if self.num_workers > 0 else None,
            **options,
        )
