"""Masks that belong to images by their names."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import NamedFiles
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import image_size
from inpaint_zoo.images.resizing import FITTINGS
from inpaint_zoo.masks.base import MaskRequest
from inpaint_zoo.masks.files.checks import refuse_unturned
from inpaint_zoo.masks.files.folder import MaskFolder


class PairedMask:
    """For each image the mask of its name below `root`.

    The mask with the image's relative path belongs to it, whatever the suffixes; where no image has one, the mask
    with its file name, whatever the folders. A mask of its image's proportions is fitted as its image is.

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
        """Those of the images that have no mask; from here on names are understood as in this set of images.

        Raises:
            InputError: It cannot be told which mask belongs to an image.
        """
        return self._named.missing(names)

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """The mask of image `request.name`, uint8 (1, height, width), 1 = hole.

        Raises:
            InputError: There is none, or no name is given, as in training, which crops and mirrors the images.
        """
        if request.name is None:
            raise InputError(
                "mask=paired finds masks by the names of whole images, and here there are none: give another mask=, "
                "such as mask=files"
            )
        return self.folder.mask(self._file(request.name), request.height, request.width, self._fit)

    def file_name(self, index: int, name: str) -> str:
        """The file of image `name`, by its path below `root`."""
        return self._file(name).name

    def size(self, name: str) -> tuple[int, int]:
        """The (height, width) of the mask of image `name`, as it is stored."""
        return image_size(self._file(name).path)

    def refuse_unturned(self, images: Sequence[ImageFile]) -> None:
        """Refuse masks that were drawn on photographs as they are stored, where their EXIF entries turn them.

        Raises:
            InputError: There is such a mask.
        """
        for image in images:
            file = self._file(image.name)
            refuse_unturned(image, file.name, image_size(file.path))

    def _file(self, name: str) -> ImageFile:
        path = self._named.find(name)
        if path is None:
            raise InputError(f"mask.root: {self.folder.root} has no mask for {name}")
        return self._by_path[path]
