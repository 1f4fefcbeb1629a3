"""A folder of pictures, split into subfolders or by name."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.source import Split, hold_out, split_by_name
from inpaint_zoo.errors import InputError
from inpaint_zoo.images import PictureFile, find_pictures
from inpaint_zoo.masks import MaskGenerator

_announce = rank_zero_only(logging.getLogger(__name__).info)


class FolderDataModule(InpaintingDataModule):
    """Pictures below `root`, at any depth.

    With subfolders `train`, `val` or `test` in `root`, each is its split; a missing `val` is held out of `train` (5 %
    by a hash of the names). Without any of them, training sees 90 % of the pictures, validation 5 %, and 5 % are held
    out for testing, by a hash of the names; the test set is all pictures (`test_split=all`: a folder to be evaluated)
    or the held-out 5 % (`test_split=test`: pictures that a training on this folder has not seen).

    Args:
        root: The folder.
        test_split: `all` or `test`, which pictures of a folder without `train`, `val` and `test` are the test set.
        mask: As in `InpaintingDataModule`.
        eval_mask: As in `InpaintingDataModule`.
        size: As in `InpaintingDataModule`.
        resize: As in `InpaintingDataModule`.
        flip_probability: As in `InpaintingDataModule`.
        samples_per_epoch: As in `InpaintingDataModule`.
        eval_repeats: As in `InpaintingDataModule`.
        batch_size: As in `InpaintingDataModule`.
        eval_batch_size: As in `InpaintingDataModule`.
        num_workers: As in `InpaintingDataModule`.
        seed: As in `InpaintingDataModule`.
        eval_seed: As in `InpaintingDataModule`.

    Raises:
        InputError: `root` is missing, not readable, or lacks the pictures that are asked for.
    """

    def __init__(
        self,
        *,
        root: str | os.PathLike[str],
        test_split: str,
        mask: MaskGenerator,
        eval_mask: MaskGenerator,
        size: int | Sequence[int],
        resize: int | None,
        flip_probability: float,
        samples_per_epoch: int | None,
        eval_repeats: int,
        batch_size: int,
        eval_batch_size: int,
        num_workers: int,
        seed: int,
        eval_seed: int,
    ) -> None:
        super().__init__(
            mask=mask,
            eval_mask=eval_mask,
            size=size,
            resize=resize,
            flip_probability=flip_probability,
            samples_per_epoch=samples_per_epoch,
            eval_repeats=eval_repeats,
            batch_size=batch_size,
            eval_batch_size=eval_batch_size,
            num_workers=num_workers,
            seed=seed,
            eval_seed=eval_seed,
        )
        if not root:
            raise InputError("data.root is missing: give data.root=DIR, a folder of pictures")
        if test_split not in {"all", "test"}:
            raise InputError(f"data.test_split={test_split} must be all or test")
        self.root = Path(root).expanduser()
        self.test_split = test_split

    def pictures(self, split: Split) -> Sequence[PictureFile]:
        """The pictures of a split, named by their path below `root` or below the split's folder."""
        subfolders = self._subfolders
        pictures = self._of_subfolders(split) if subfolders else self._of_flat_folder(split)
        if not pictures:
            folder = self.root / split if split in subfolders else self.root
            raise InputError(f"data.root: {str(folder)!r} holds no pictures (png, jpg, webp, bmp, tif)")
        return pictures

    @cached_property
    def _subfolders(self) -> set[Split]:
        return {split for split in Split if (self.root / split).is_dir()}

    def _of_subfolders(self, split: Split) -> Sequence[PictureFile]:
        if split is not Split.TEST and Split.TRAIN in self._subfolders and Split.VAL not in self._subfolders:
            return self._train_and_val[split]
        if split not in self._subfolders:
            folder = str(self.root / split)
            raise InputError(
                f"{folder!r} does not exist, though data.root has a folder {min(self._subfolders)!s}/: make it, "
                f"or give a folder without train/, val/ and test/"
            )
        return find_pictures(self.root / split, "data.root")

    @cached_property
    def _train_and_val(self) -> dict[Split, list[PictureFile]]:
        pictures = find_pictures(self.root / Split.TRAIN, "data.root")
        if len(pictures) < 2:
            raise InputError(
                f"data.root: {str(self.root / Split.TRAIN)!r} holds {len(pictures)} pictures: 2 are needed"
            )
        parts = hold_out(pictures)
        _announce(
            f"{str(self.root)!r} has no val folder: {len(parts[Split.VAL])} of {len(pictures)} pictures of train are "
            f"held out for validation, by a hash of their names"
        )
        return parts

    def _of_flat_folder(self, split: Split) -> Sequence[PictureFile]:
        if split is Split.TEST and self.test_split == "all":
            _announce(f"{str(self.root)!r}: all {len(self._flat)} pictures are the test set")
            return self._flat
        return self._flat_parts[split]

    @cached_property
    def _flat(self) -> list[PictureFile]:
        return find_pictures(self.root, "data.root")

    @cached_property
    def _flat_parts(self) -> dict[Split, list[PictureFile]]:
        if len(self._flat) < 3:
            raise InputError(
                f"data.root: {str(self.root)!r} holds {len(self._flat)} pictures, at least 3 are needed to split "
                f"them into train, val and test"
            )
        parts = split_by_name(self._flat)
        counts = ", ".join(f"{len(parts[split])} {split}" for split in Split)
        _announce(f"{str(self.root)!r} is split by a hash of the file names: {counts}")
        return parts
