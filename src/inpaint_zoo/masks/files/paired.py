"""Masks that belong to pictures by their names."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import NamedFiles
from inpaint_zoo.images.finding import PictureFile
from inpaint_zoo.images.reading import picture_size
from inpaint_zoo.images.resizing import FITTINGS
from inpaint_zoo.masks.base import MaskRequest
from inpaint_zoo.masks.files.checks import refuse_unturned
from inpaint_zoo.masks.files.folder import MaskFolder


class PairedMask:
    """For each picture the mask of its name below `root`.

    The mask with the picture's relative path belongs to it, whatever the suffixes; where no picture has one, the mask
    with its file name, whatever the folders. A mask of its picture's proportions is fitted as its picture is.

    Args:
        root: As in `MaskFolder`.
        threshold: As in `MaskFolder`.
        invert: As in `MaskFolder`.
        resizing: As in `MaskFolder`.
        fitting: How a mask gets other proportions: `cover` or `square` cut it at the centre, `stretch` cuts nothing.

    Raises:
        InputError: As `MaskFolder`, or two masks have one name.
    """

    def __init__(
        self, *, root: str | os.PathLike[str], threshold: int, invert: bool, resizing: str, fitting: str
    ) -> None:
        self._fit = choose(FITTINGS, fitting, "mask.fitting")
        self.folder = MaskFolder(root=root, threshold=threshold, invert=invert, resizing=resizing)
        self._named = NamedFiles(self.folder.files, "mask.root")
        self._by_path = {file.path: file for file in self.folder.files}

    def missing(self, names: Sequence[str]) -> list[str]:
        """Those of the pictures that have no mask; from here on names are understood as in this set of pictures.

        Raises:
            InputError: It cannot be told which mask belongs to a picture.
        """
        return self._named.missing(names)

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """The mask of picture `request.name`, uint8 (1, height, width), 1 = hole.

        Raises:
            InputError: There is none, or no name is given, as in training, which crops and mirrors the pictures.
        """
        if request.name is None:
            raise InputError(
                "mask=paired finds masks by the names of whole pictures, and here there are none: give another mask=, "
                "such as mask=files"
            )
        return self.folder.mask(self._file(request.name), request.height, request.width, self._fit)

    def file_name(self, index: int, name: str) -> str:
        """The file of picture `name`, by its path below `root`."""
        return self._file(name).name

    def size(self, name: str) -> tuple[int, int]:
        """The (height, width) of the mask of picture `name`, as it is stored."""
        return picture_size(self._file(name).path)

    def refuse_unturned(self, pictures: Sequence[PictureFile]) -> None:
        """Refuse masks that were drawn on photographs as they are stored, where their EXIF entries turn them.

        Raises:
            InputError: There is such a mask.
        """
        for picture in pictures:
            file = self._file(picture.name)
            refuse_unturned(picture, file.name, picture_size(file.path))

    def _file(self, name: str) -> PictureFile:
        path = self._named.find(name)
        if path is None:
            raise InputError(f"mask.root: {self.folder.root} has no mask for {name}")
        return self._by_path[path]
