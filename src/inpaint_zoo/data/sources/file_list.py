"""Data sets that are lists of image files."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Unpack

from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.data.arguments import LoadingArguments
from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.packed import PackedImages
from inpaint_zoo.data.paired_masks import PairedMasks
from inpaint_zoo.data.sources.list_reader import read_list
from inpaint_zoo.data.splits import Split, hold_out, refuse_empty, split_by_name
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile

_announce = rank_zero_only(logging.getLogger(__name__).info)


class FileListDataModule(InpaintingDataModule):
    """Images of lists, one list per split, in their order; see `read_list` for the formats.

    If `val` is missing, 5 % of `train` are held out for it, by a hash of the names; if `test` is missing too, another 5
    %. The masks of a list are used in training and evaluation.

    Args:
        root: Folder of relative paths; None is each list's folder.
        train: The list of the training images; None if nothing is trained.
        val: The list of the validation images; None holds them out.
        test: The list of the test images; None holds them out.
        mask_threshold: Gray values from here (of 255) are holes, in masks of a list.
        mask_invert: For masks in which white is known.
        **loading: As in `InpaintingDataModule`; `mask` and `eval_mask` are for images without paired masks.

    Raises:
        InputError: As `InpaintingDataModule`; from `images`: the list is missing, or as `read_list`.
    """

    def __init__(
        self,
        *,
        root: str | os.PathLike[str] | None = None,
        train: str | os.PathLike[str] | None = None,
        val: str | os.PathLike[str] | None = None,
        test: str | os.PathLike[str] | None = None,
        mask_threshold: int = 128,
        mask_invert: bool = False,
        **loading: Unpack[LoadingArguments],
    ) -> None:
        super().__init__(**loading)
        refuse_empty({"data.root": root, "data.train": train, "data.val": val, "data.test": test})
        self.root = None if root is None else Path(root).expanduser()
        named = {Split.TRAIN: train, Split.VAL: val, Split.TEST: test}
        self.lists = {split: Path(path).expanduser() for split, path in named.items() if path is not None}
        if not self.lists:
            raise InputError(
                "data.train is missing: give data.train=FILE, or data.test=FILE to evaluate: a list with the path of "
                "one image per line, or image<TAB>mask, or a JSON list of paths"
            )
        self.paired_masks = PairedMasks(threshold=mask_threshold, invert=mask_invert)

    def images(self, split: Split) -> Sequence[ImageFile]:
        """The images of a split, named by their paths below `root` or the list's folder."""
        if split in self.lists and (split is not Split.TRAIN or Split.VAL in self.lists):
            return self._read(split)
        if Split.TRAIN not in self.lists or (split is Split.TEST and Split.VAL in self.lists):
            raise InputError(f"data.{split} is missing: give data.{split}=FILE, a list of images")
        return self._parts_of_train[split]

    def _read(self, split: Split) -> PackedImages:
        return read_list(self.lists[split], self.root, f"data.{split}")

    @cached_property
    def _parts_of_train(self) -> dict[Split, Sequence[ImageFile]]:
        images = self._read(Split.TRAIN)
        divide, fewest = (hold_out, 2) if Split.TEST in self.lists else (split_by_name, 3)
        path = str(self.lists[Split.TRAIN])
        if len(images) < fewest:
            raise InputError(f"data.train: {path!r} names {len(images)} images: {fewest} are needed to split")
        parts = divide(images)
        counts = ", ".join(sorted(f"{split}: {len(part)}" for split, part in parts.items()))
        _announce(f"{path!r} is split by a hash of the file names, {counts}")
        return parts
