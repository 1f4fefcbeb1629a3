"""Masks that belong to pictures: real damage, lists with a mask for each picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from inpaint_zoo.data.squares import center_square
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.finding import PictureFile
from inpaint_zoo.images.reading import picture_size, read_mask
from inpaint_zoo.images.resizing import Fit, Resize, resize_mask
from inpaint_zoo.masks.base import MaskRequest
from inpaint_zoo.masks.files.checks import NUM_LOOKED_AT, check_threshold, warn_about


class PairedPicture(PictureFile):
    """A picture file that has a mask of its own."""

    mask: PictureFile

    def __new__(cls, name: str, path: Readable, mask: PictureFile) -> PairedPicture:
        """Pair the picture at `path` with the file of its mask."""
        paired = super().__new__(cls, name, path)
        paired.mask = mask
        return paired

    def __getnewargs__(self) -> Any:
        """For copies and other processes."""
        return (self.name, self.path, self.mask)


class OwnMasks:
    """How the masks that belong to pictures are read.

    Args:
        threshold: Gray values from here (of 255) are holes.
        invert: For files in which white is known: the opposite of the threshold's answer.

    Raises:
        InputError: `threshold` is not in [1, 255].
    """

    def __init__(self, *, threshold: int, invert: bool) -> None:
        check_threshold(threshold, "data.mask_threshold")
        self.threshold = threshold
        self.invert = invert

    def look_at(self, pictures: Sequence[PictureFile]) -> None:
        """Warn about what looks like a mistake in a few of the masks."""
        some = [pictures[index] for index in range(0, len(pictures), -(-len(pictures) // NUM_LOOKED_AT))]
        grays = [read_mask(picture.mask.path) for picture in some if isinstance(picture, PairedPicture)]
        warn_about(grays, "data", threshold=self.threshold, invert=self.invert, prefix="data.mask_")

    def holes(self, picture: PairedPicture, size: tuple[int, int]) -> np.ndarray:
        """The holes of a picture of this (height, width), uint8 (height, width), 1 = hole.

        A mask of another size, but of the picture's proportions, is resized to the nearest pixels.

        Raises:
            InputError: The mask cannot be read, or has other proportions than its picture.
        """
        gray = read_mask(picture.mask.path)
        (height, width), (own_height, own_width) = size, gray.shape
        if abs(height * own_width - width * own_height) > max(*size, *gray.shape):
            raise InputError(
                f"{str(picture.mask.path)!r} is {own_width}x{own_height} (width x height), its picture "
                f"{picture.name} {width}x{height}: a mask needs the proportions of its picture"
            )
        return resize_mask(((gray >= self.threshold) != self.invert).astype(np.uint8), height, width)


class OwnMaskGenerator:
    """The mask of each picture of an evaluation set, fitted as the picture is.

    Args:
        pictures: Pictures with masks.
        masks: How they are read.
        center_crop: Side of the square that is cut out of the centre first; None cuts nothing.
        fit: What becomes of proportions.
        resize: What changes the number of pixels.
    """

    def __init__(
        self,
        pictures: Sequence[PictureFile],
        masks: OwnMasks,
        center_crop: int | None,
        fit: Fit,
        resize: Resize,
    ) -> None:
        self.pictures = pictures
        self.masks = masks
        self.center_crop = center_crop
        self.fit = fit
        self.resize = resize

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """The mask of picture `request.name`, uint8 (1, height, width), 1 = hole.

        Raises:
            InputError: It cannot be read or does not belong to a picture of that size.
        """
        picture = self._by_name[str(request.name)]
        holes = center_square(self.masks.holes(picture, picture_size(picture.path)), self.center_crop)
        return self.fit(holes, (request.height, request.width), self.resize)[None]

    def file_name(self, index: int, name: str) -> str:
        """The file of the mask of picture `name`."""
        return self._by_name[name].mask.name

    @cached_property
    def _by_name(self) -> dict[str, PairedPicture]:
        return {picture.name: picture for picture in self.pictures if isinstance(picture, PairedPicture)}
