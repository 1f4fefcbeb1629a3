"""Data sets in tar shards, as the webdataset library writes them, read by index."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Unpack

from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.checks import strings
from inpaint_zoo.data.arguments import LoadingArguments
from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.paired_masks import PairedMasks
from inpaint_zoo.data.shards.addresses import local_copy, shard_addresses, shards_folder
from inpaint_zoo.data.shards.images import Naming, ShardImages, find_shard_images, overlooked
from inpaint_zoo.data.shards.index import shard_index
from inpaint_zoo.data.splits import Split, hold_out, split_by_name
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile

_announce = rank_zero_only(logging.getLogger(__name__).info)
_note = rank_zero_only(logging.getLogger(__name__).warning)
_NUM_THREADS = 8
"""Threads that read indexes of shards at the same time: remote file systems answer slowly."""


class WebDatasetDataModule(InpaintingDataModule):
    """Images in tar files, shuffled as those of a folder: by (seed, epoch, index).

    If `val` is missing, 5 % of `train` are held out for it, by a hash of the names; if `test` is missing too, another 5
    %.

    Shards are read by an index of their members, which is made on first use and stored in the user's cache folder. Any
    image can be read at any time: the order is a shuffle of all images, not of shards.

    Args:
        root: Folder or URL of relative names; None is the working directory.
        train: The shards of training: a tar file, a folder of them, braces (`train-{000000..000199}.tar`), a URL (http,
            https), or a list of these.
        val: The shards of validation, as `train`; None holds them out.
        test: The shards of the test, as `train`; None holds them out.
        image_suffixes: A member is an image if one of these follows the first dot of its file name.
        mask_suffix: The same for masks, such as `mask.png`; a mask belongs to the image whose name is equal up to the
            first dot, and `mask` and `eval_mask` are not used. None if there are no masks.
        mask_threshold: As in `PairedMasks`.
        mask_invert: As in `PairedMasks`.
        shard_in_name: Begin the names of images with the name of their shard.
        **loading: As in `InpaintingDataModule`.

    Raises:
        InputError: As `InpaintingDataModule`; from `images`: shards are missing, damaged, or hold no images.
    """

    def __init__(
        self,
        *,
        root: str | os.PathLike[str] | None = None,
        train: str | Sequence[str] | None = None,
        val: str | Sequence[str] | None = None,
        test: str | Sequence[str] | None = None,
        image_suffixes: Sequence[str] = ("jpg", "jpeg", "png", "webp"),
        mask_suffix: str | None = None,
        mask_threshold: int = 128,
        mask_invert: bool = False,
        shard_in_name: bool = False,
        **loading: Unpack[LoadingArguments],
    ) -> None:
        super().__init__(**loading)
        self.root = None if root is None else str(root)
        self.shards = {Split.TRAIN: train, Split.VAL: val, Split.TEST: test}
        self.naming = _naming(image_suffixes, mask_suffix, shard_in_name)
        self.paired_masks = PairedMasks(threshold=mask_threshold, invert=mask_invert)
        self._found: dict[Split, ShardImages] = {}

    def images(self, split: Split) -> Sequence[ImageFile]:
        """The images of a split, sorted by name, which is the name of the member."""
        train = self.shards[Split.TRAIN]
        if train is None or (split is not Split.TRAIN and self.shards[split] is not None):
            return self._of_shards(split)
        return self._parts_of_train[split] if split in self._parts_of_train else self._of_shards(split)

    def local_shard(self, address: str) -> Path:
        """A local file of the shard, downloaded by http or https if needed; a subclass may know other schemes."""
        return local_copy(address)

    @cached_property
    def _parts_of_train(self) -> dict[Split, Sequence[ImageFile]]:
        """The splits that the shards of training are used for."""
        images = self._of_shards(Split.TRAIN)
        if self.shards[Split.VAL] is not None:
            return {Split.TRAIN: images}
        split = hold_out if self.shards[Split.TEST] is not None else split_by_name
        num_parts = 2 if split is hold_out else 3
        if len(images) < num_parts:
            raise InputError(f"data.train: {len(images)} images, at least {num_parts} are needed to split them")
        parts = dict(split(images))
        counts = ", ".join(f"{len(part)} {name}" for name, part in parts.items())
        _announce(f"data.train is split by a hash of the names: {counts}")
        return parts

    def _of_shards(self, split: Split) -> ShardImages:
        if split not in self._found:
            self._found[split] = self._find(split)
        return self._found[split]

    def _find(self, split: Split) -> ShardImages:
        key, given = f"data.{split}", self.shards[split]
        if given is None:
            raise InputError(
                f"{key} is missing: give {key}=DIR, a folder of .tar shards, or '{key}=x-{{000..199}}.tar'"
            )
        addresses = shard_addresses(given, self.root, key)
        with ThreadPoolExecutor(_NUM_THREADS) as threads:
            indexes = list(threads.map(lambda one: shard_index(self.local_shard(one), shards_folder()), addresses))
        images = find_shard_images(indexes, self.naming)
        _announce(f"{key}: {len(images)} images in {len(addresses)} shards")
        if names := overlooked(indexes, self.naming):
            _note(
                f"{key}: {len(names)} members are not images by their names (the suffix begins at the first dot), "
                f"such as {names[0]!r}"
            )
        return images


def _naming(image_suffixes: Sequence[str], mask_suffix: str | None, shard_in_name: bool) -> Naming:
    suffixes = [suffix.lower().lstrip(".") for suffix in strings(image_suffixes, "data.image_suffixes", "[jpg,png]")]
    if not all(suffixes):
        raise InputError(f"data.image_suffixes={image_suffixes} must name suffixes, such as [jpg,png]")
    mask = None if mask_suffix is None else mask_suffix.lower().lstrip(".")
    if mask == "" or mask in suffixes:
        raise InputError(f"data.mask_suffix={mask_suffix} must be another suffix than those of images")
    return Naming(suffixes, mask, shard_in_name)
