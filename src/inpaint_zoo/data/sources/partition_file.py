"""Data sets that are a folder of images and a file with the split of each."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Unpack

from inpaint_zoo.checks import string_or_strings
from inpaint_zoo.data.arguments import LoadingArguments
from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.sources.folder import existing_root
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import NamedFiles, few, without_suffix
from inpaint_zoo.images.finding import ImageFile, find_images

_SPLITS = {"0": Split.TRAIN, "1": Split.VAL, "2": Split.TEST}


class PartitionFileDataModule(InpaintingDataModule):
    """Images of one folder, and a text file with lines such as `000001.jpg 0`: 0 train, 1 val, 2 test.

    Args:
        root: The folder of both.
        folder: The folder of the images below `root`, or several that are tried in turn.
        partition: The text file below `root`, or several that are tried in turn; the suffixes of its names are ignored.
        hint: Where to get the data, for messages.
        **loading: As in `InpaintingDataModule`.

    Raises:
        InputError: As `InpaintingDataModule`; from `images`: the folder or the file is missing, or they do not match.
    """

    def __init__(
        self,
        *,
        root: str | os.PathLike[str],
        folder: str | Sequence[str],
        partition: str | Sequence[str],
        hint: str = "",
        **loading: Unpack[LoadingArguments],
    ) -> None:
        super().__init__(**loading)
        self.root = existing_root(root, hint)
        self.folder = string_or_strings(folder, "data.folder", "[a,b]")
        self.partition = string_or_strings(partition, "data.partition", "[a.txt,b.txt]")
        self.hint = hint

    def images(self, split: Split) -> Sequence[ImageFile]:
        """The images of a split, in the order of the partition file."""
        images = self._parts[split]
        if not images:
            raise InputError(f"data.root: {str(self._first(self.partition))!r} puts no image into {split}")
        return images

    @cached_property
    def _parts(self) -> dict[Split, list[ImageFile]]:
        path = self._first(self.partition)
        split_of = _read_partition(path)
        folder = self._first(self.folder)
        files = {str(file.path): file for file in find_images(folder, "data.root")}
        named = NamedFiles(((file.name, file.path) for file in files.values()), "data.root")
        missing = named.missing(list(split_of))
        if missing:
            raise InputError(
                f"data.root: {str(folder)!r} lacks {len(missing)} of the {len(split_of)} images of {path.name}: "
                f"{few(missing)}. {self.hint}"
            )
        parts: dict[Split, list[ImageFile]] = {split: [] for split in Split}
        for name, split in split_of.items():
            # the files left at the end belong to no split
            parts[split].append(files.pop(str(named.find(name))))
        if files:
            names = few(sorted(file.name for file in files.values()))
            raise InputError(f"data.root: {path.name} does not name {len(files)} images of {str(folder)!r}: {names}")
        return parts

    def _first(self, names: Sequence[str]) -> Path:
        """The first of the names below `root` that exists."""
        for name in names:
            if (self.root / name).exists():
                return self.root / name
        raise InputError(f"data.root: {str(self.root)!r} has no {' or '.join(names)}. {self.hint}")


def _read_partition(path: Path) -> dict[str, Split]:
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"data.root: {str(path)!r} cannot be read as text ({error})") from error
    split_of: dict[str, Split] = {}
    for number, line in enumerate(lines, 1):
        name, _, digit = line.strip().rpartition(" ")
        if not line.strip():
            continue
        if digit not in _SPLITS or not name.strip():
            raise InputError(f"data.root: {str(path)!r}, line {number}: {line[:80]!r} is not a name and 0, 1 or 2")
        name = without_suffix(name.strip())
        if name in split_of:
            raise InputError(f"data.root: {str(path)!r}, line {number}: {name} is there twice")
        split_of[name] = _SPLITS[digit]
    return split_of
