"""Data sets that are folders of images, split by subfolders or by name."""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Unpack

from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.checks import true_or_false
from inpaint_zoo.data.arguments import LoadingArguments
from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.paired_masks import PairedMasks
from inpaint_zoo.data.sources.layout import find_split, mask_root, split_folders, with_masks, without_masks
from inpaint_zoo.data.splits import Split, hold_out, split_by_name
from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.images.finding import ImageFile, find_images
from inpaint_zoo.images.formats import KINDS

_announce = rank_zero_only(logging.getLogger(__name__).info)

FOLDERS = {"train": "train", "val": "val", "test": "test"}


class FolderDataModule(InpaintingDataModule):
    """Images below `root`, at any depth.

    If `root` has folders of splits, they are the splits; if `val` is missing, 5 % of `train` are held out for it, by a
    hash of the names. Without such folders, 90 % of the images are for training, 5 % for validation and 5 % are held
    out for testing, by a hash of the names; the test set is all images (`test_split=all`, to evaluate on a folder) or
    the held-out 5 % (`test_split=test`, images that a training on this folder has not seen).

    Args:
        root: The folder.
        folders: For `train`, `val` and `test`, the folder of the split below `root`, or several that are tried in turn.
            `*`, `?` and `[...]` match parts of names, so that a split may consist of several folders.
        masks: Folder below `root` with masks for the images, arranged as they are; None if there is none.
        mask_threshold: Gray values from here (of 255) are holes, in these masks.
        mask_invert: For masks in which white is known.
        test_split: `all` or `test`, the test set of a folder without folders of splits; None refuses such a folder.
            `auto` is `all`, unless an evaluation finds that a method was trained on some of the images.
        hint: Where to get the data, for messages.
        damaged: `masks` mark damage, whose original nobody knows: no loss and no metric looks there. The holes of
            training and validation are those of `mask` and `eval_mask` in what is known.
        **loading: As in `InpaintingDataModule`; `mask` and `eval_mask` are for images without paired masks.

    Raises:
        InputError: As `InpaintingDataModule`; from `images`: `root` is missing, not readable, or lacks images or masks.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        *,
        folders: Mapping[str, str | Sequence[str]] = FOLDERS,
        masks: str | os.PathLike[str] | None = None,
        mask_threshold: int = 128,
        mask_invert: bool = False,
        test_split: str | None = "auto",
        hint: str = "",
        damaged: bool = False,
        **loading: Unpack[LoadingArguments],
    ) -> None:
        super().__init__(**loading)
        self.root = existing_root(root, hint)
        self.folders = split_folders(folders)
        self.masks = None if masks is None else mask_root(self.root, masks)
        self.paired_masks = PairedMasks(threshold=mask_threshold, invert=mask_invert)
        self.damaged = true_or_false(damaged, "data.damaged")
        if self.damaged and self.masks is None:
            raise InputError("data.damaged=true needs data.masks=DIR: for every image a mask of what is damaged")
        if test_split not in {"all", "test", "auto", None}:
            raise InputError(f"data.test_split={test_split} must be all, test or auto")
        self.test_split = test_split
        self.hint = hint

    def images(self, split: Split) -> Sequence[ImageFile]:
        """The images of a split, named by their paths below `root` or the split's folder."""
        if self.is_flat and self.test_split is not None:
            return self._of_flat_folder(split)
        if split is not Split.TEST and self._found[Split.TRAIN] and not self._found[Split.VAL]:
            return self._train_and_val[split]
        return self._of_split(split)

    @property
    def is_flat(self) -> bool:
        """Whether the folder has no folders of splits."""
        return not any(self._found.values())

    @cached_property
    def _found(self) -> dict[Split, list[Path]]:
        if not os.path.lexists(self.root):
            raise InputError(f"data.root: {str(self.root)!r} does not exist: give data.root=DIR{_said(self.hint)}")
        return {split: find_split(self.root, patterns) for split, patterns in self.folders.items()}

    def _of_split(self, split: Split) -> Sequence[ImageFile]:
        names = " or ".join(self.folders[split])
        if not self._found[split]:
            order = (Split.VAL, Split.TRAIN, Split.TEST) if split is Split.TEST else tuple(Split)
            there = [self.folders[other][0] for other in order if self._found[other]]
            beside = f", though data.root has a folder {there[0]}/" if there else ""
            other = f", or give data.folders.{split}={there[0]}" if there else ""
            flat = ", or give a folder without train/, val/ and test/" if self.test_split is not None else ""
            raise InputError(
                f"{str(self.root / names)!r} does not exist{beside}: make it{other}{flat}{_said(self.hint)}"
            )
        folders = self._found[split]
        # names start below a single folder of the split, or below the parent of several
        base = folders[0] if len(folders) == 1 and names[-1] not in "*]?" else folders[0].parent
        images = [
            ImageFile(f"{folder.name}/{file.name}" if base != folder else file.name, file.path)
            for folder in folders
            for file in find_images(folder, "data.root")
        ]
        if not images:
            raise InputError(f"data.root: {str(folders[0])!r} holds no images ({KINDS})")
        return self._masked(images, base)

    def _masked(self, images: list[ImageFile], folder: Path) -> Sequence[ImageFile]:
        """Pair images with their masks, if there is a folder of masks for their folder.

        Raises:
            InputError: No folder of images has a folder of masks, or masks are missing.
        """
        if self.masks is None:
            return images
        inside = folder.relative_to(self.root)
        if (self.masks / inside).is_dir():
            return with_masks(without_masks(images, self.masks), self.masks / inside)
        others = {path.relative_to(self.root) for found in self._found.values() for path in found}
        if not any((self.masks / other).is_dir() for other in others):
            raise InputError(
                f"data.masks: {str(self.masks / inside)!r} does not exist: give a folder with a mask for every "
                f"image, laid out as the images below data.root, or data.masks=null{_said(self.hint)}"
            )
        message = f"data.masks: {str(self.masks / inside)!r} does not exist: images of {folder.name} get those of mask="
        warnings.warn(message, InputWarning, stacklevel=2)
        return images

    @cached_property
    def _train_and_val(self) -> dict[Split, Sequence[ImageFile]]:
        images = self._of_split(Split.TRAIN)
        if len(images) < 2:
            folder = str(self._found[Split.TRAIN][0])
            raise InputError(f"data.root: {folder!r} holds {len(images)} images: 2 are needed")
        parts = hold_out(images)
        _announce(
            f"{str(self.root)!r} has no val folder: {len(parts[Split.VAL])} of {len(images)} images of train are "
            f"held out for validation, by a hash of their names"
        )
        return parts

    def _of_flat_folder(self, split: Split) -> Sequence[ImageFile]:
        if not self._flat:
            said = _said(self.hint)
            raise InputError(f"data.root: {str(self.root)!r} holds no images ({KINDS}){said}")
        if split is Split.TEST and self.test_split != "test":
            _announce(f"{str(self.root)!r}: all {len(self._flat)} images are the test set")
            return self._flat
        return self._flat_parts[split]

    @cached_property
    def _flat(self) -> Sequence[ImageFile]:
        return self._masked(find_images(self.root, "data.root"), self.root)

    @cached_property
    def _flat_parts(self) -> dict[Split, Sequence[ImageFile]]:
        # if all images are the test set, none has to be held out for it
        fewest = 3 if self.test_split == "test" else 2
        if len(self._flat) < fewest:
            raise InputError(
                f"data.root: {str(self.root)!r} holds {len(self._flat)} images, at least {fewest} are needed to split "
                f"them into {', '.join(list(Split)[:fewest])}"
            )
        parts = split_by_name(self._flat) if len(self._flat) > 2 else {**hold_out(self._flat), Split.TEST: ()}
        counts = ", ".join(f"{len(parts[split])} {split}" for split in Split)
        _announce(f"{str(self.root)!r} is split by a hash of the file names: {counts}")
        return parts


def existing_root(root: str | os.PathLike[str] | None, hint: str) -> Path:
    """The path of a data set.

    Raises:
        InputError: It is missing or empty.
    """
    if not root:
        raise InputError(f"data.root is missing: give data.root=DIR, a folder of images{_said(hint)}")
    return Path(root).expanduser()


def _said(hint: str) -> str:
    return f". {hint}" if hint else ""
