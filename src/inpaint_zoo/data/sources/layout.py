"""The folders of the splits of a data set, and of the masks of its images."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath

from inpaint_zoo.checks import as_given, string_or_strings
from inpaint_zoo.data.paired_masks import PairedImage
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import NamedMasks
from inpaint_zoo.images.finding import ImageFile, find_masks


def split_folders(folders: Mapping[str, str | Sequence[str]]) -> dict[Split, list[str]]:
    """The folders of each split, below a root, in the order in which they are tried.

    Raises:
        InputError: A split has no folder, or there are other splits.
    """
    if not isinstance(folders, Mapping) or set(folders) != set(Split):
        raise InputError(f"data.folders={as_given(folders)} must name a folder for each of train, val and test")
    named = {split: string_or_strings(folders[split], f"data.folders.{split}", f"[{split},a]") for split in Split}
    for split, patterns in named.items():
        for pattern in patterns:
            if PurePath(pattern).is_absolute():
                raise InputError(f"data.folders.{split}={pattern!r} must be the name of a folder below data.root")
    return named


def find_split(root: Path, patterns: Sequence[str]) -> list[Path]:
    """The folders that match the first of the patterns that has a match, sorted.

    Raises:
        InputError: A pattern is not valid.
    """
    for pattern in patterns:
        try:
            found = sorted(path for path in root.glob(pattern) if path.is_dir())
        except ValueError as error:
            raise InputError(f"data.folders: {pattern!r} is not a pattern of folders ({error})") from error
        if found:
            return found
    return []


def read_folders(root: Path, folders: Mapping[str, str | Sequence[str]]) -> list[Path]:
    """The folders below a root in which images are looked for: those of the splits, or the root itself.

    Raises:
        InputError: As `split_folders` and `find_split`.
    """
    found = [path for patterns in split_folders(folders).values() for path in find_split(root, patterns)]
    return found or [root]


def mask_root(root: Path, masks: str | os.PathLike[str]) -> Path:
    """The folder of masks that `data.masks` names below a root.

    Raises:
        InputError: It holds the root, so that images would be taken for masks.
    """
    folder = root / Path(masks).expanduser()
    if not masks or root.resolve().is_relative_to(folder.resolve()):
        raise InputError(
            f"data.masks={masks!r} holds the images themselves: give a folder of masks below data.root, or "
            f"data.masks=null"
        )
    return folder


def without_masks(images: Sequence[ImageFile], folder: Path) -> list[ImageFile]:
    """The images that are not in the folder of masks; links are followed."""
    real = folder.resolve()
    parents = {parent for image in images if isinstance(image.path, Path) and (parent := image.path.parent)}
    below = {parent for parent in parents if parent.resolve().is_relative_to(real)}
    return [image for image in images if not isinstance(image.path, Path) or image.path.parent not in below]


def with_masks(images: Sequence[ImageFile], folder: Path) -> Sequence[ImageFile]:
    """Pair images with the masks of the same names below a folder.

    Raises:
        InputError: An image has no mask, or a mask could belong to several images.
    """
    masks = {file.path: file for file in find_masks(folder, "data.masks")}
    named = NamedMasks(((file.name, file.path) for file in masks.values()), "data.masks")
    found = named.of_all([image.name for image in images], repr(str(folder)))
    return [PairedImage(image.name, image.path, masks[path]) for image, path in zip(images, found, strict=True)]
