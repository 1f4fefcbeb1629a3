"""Masks that belong to images by name."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import NamedMasks
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import image_size
from inpaint_zoo.images.resizing import FITTINGS
from inpaint_zoo.masks.files.checks import same_proportions
from inpaint_zoo.masks.files.folder import MaskFolder
from inpaint_zoo.masks.files.pairs import check_pairs
from inpaint_zoo.masks.generator import MaskRequest


class PairedMask:
    """For each image the mask of the same name below `root`.

    An image's mask has the same relative path, suffixes aside, or this and `_mask`; if no image has one, the same file
    name, folders aside.
    A mask with its image's proportions is fitted as its image is.

    Args:
        root: As in `MaskFolder`.
        threshold: As in `MaskFolder`.
        invert: As in `MaskFolder`.
        resizing: As in `MaskFolder`.
        fitting: How a mask is fitted to other proportions: `cover` and `square` crop at the centre, `stretch` does not.

    Raises:
        InputError: As `MaskFolder`, or two masks have the same name.
    """

    def __init__(
        self,
        *,
        root: str | os.PathLike[str],
        threshold: int = 128,
        invert: bool = False,
        resizing: str = "nearest",
        fitting: str = "cover",
    ) -> None:
        self._fit = choose(FITTINGS, fitting, "mask.fitting")
        self.folder = MaskFolder(root=root, threshold=threshold, invert=invert, resizing=resizing)
        self._named = NamedMasks(self.folder.files, "mask.root")
        self._by_path = {file.path: file for file in self.folder.files}

    def missing(self, names: Sequence[str]) -> list[str]:
        """Return the images that have no mask, and from here on match names as for this set of images.

        Raises:
            InputError: A mask could belong to several images, or several masks to one.
        """
        return self._named.missing(names)

    def refuse_missing(self, names: Sequence[str]) -> None:
        """As `missing`, but refuse images that have no mask; the `InputError` names some of them."""
        self._named.of_all(names, str(self.folder.root))

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """The mask of image `request.name`, uint8 (1, height, width), 1 = hole.

        Raises:
            InputError: There is none, or no name is given, as in training, where images are cropped and mirrored.
        """
        if request.name is None:
            raise InputError(
                "mask=paired finds masks by the names of whole images, and here there are none: give another mask=, "
                "such as mask=files"
            )
        return self.folder.mask(self._file(request.name), request.height, request.width, self._fit)

    def mask_file(self, index: int, name: str) -> ImageFile:
        """The file, named by its path below `root`, of the mask of image `name`."""
        return self._file(name)

    def size(self, name: str) -> tuple[int, int]:
        """The stored (height, width) of the mask of image `name`."""
        return image_size(self._file(name).path)

    def whole(self, name: str, size: tuple[int, int]) -> np.ndarray | None:
        """The mask of the whole image `name` of this (height, width), uint8; None if it is that of a part of it."""
        file = self._file(name)
        return self.folder.mask(file, *size)[0] if same_proportions(image_size(file.path), size) else None

    def check_orientation(self, images: Sequence[ImageFile]) -> None:
        """As `check_pairs`, for the masks of these images.

        Raises:
            InputError: As `check_pairs`.
        """
        check_pairs(((image, self._file(image.name)) for image in images), "mask.root")

    def _file(self, name: str) -> ImageFile:
        path = self._named.find(name)
        if path is None:
            raise InputError(f"mask.root: {self.folder.root} has no mask for {name}")
        return self._by_path[path]
