"""Paired masks: each image has its own mask, such as real damage."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from inpaint_zoo.data.squares import center_square
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import image_size, read_mask
from inpaint_zoo.images.resizing import Fit, Resize, resize_mask
from inpaint_zoo.masks.files.checks import NUM_CHECKED, check_orientation, check_threshold, look_at, warn_about
from inpaint_zoo.masks.files.pairs import check_pairs, refuse_image_itself
from inpaint_zoo.masks.generator import MaskRequest


class PairedImage(ImageFile):
    """An image file with a paired mask."""

    mask: ImageFile

    def __new__(cls, name: str, path: Readable, mask: ImageFile) -> PairedImage:
        """Pair the image at `path` with the file of its mask."""
        paired = super().__new__(cls, name, path)
        paired.mask = mask
        return paired

    def __getnewargs__(self) -> Any:
        """For copying and pickling."""
        return (self.name, self.path, self.mask)


class PairedMasks:
    """Reads paired masks.

    Args:
        threshold: Gray values from here (of 255) are holes.
        invert: For files in which white is known: values below the threshold are holes.

    Raises:
        InputError: `threshold` is not in [1, 255].
    """

    def __init__(self, *, threshold: int, invert: bool) -> None:
        check_threshold(threshold, "data.mask_threshold")
        self.threshold = threshold
        self.invert = invert

    def check_some(self, images: Sequence[ImageFile]) -> None:
        """Warn about likely mistakes in a few of the masks."""
        some = [images[index] for index in range(0, len(images), -(-len(images) // NUM_CHECKED))]
        paired = [image for image in some if isinstance(image, PairedImage)]
        check_pairs(((image, image.mask) for image in paired), "data.masks")
        looks = {
            image.mask.name: look_at(read_mask(image.mask.path), threshold=self.threshold, invert=self.invert)
            for image in paired
        }
        warn_about(looks, "data", threshold=self.threshold, invert=self.invert, prefix="data.mask_")

    def holes(self, image: PairedImage, size: tuple[int, int]) -> np.ndarray:
        """The holes of an image of this (height, width), uint8 (height, width), 1 = hole.

        A mask of another size with the image's proportions is resized by nearest neighbour.

        Raises:
            InputError: The mask cannot be read, is the image itself, or has other proportions than its image.
        """
        refuse_image_itself(image, image.mask, "data.masks")
        gray = read_mask(image.mask.path)
        (height, width), (mask_height, mask_width) = size, gray.shape
        if abs(height * mask_width - width * mask_height) > max(*size, *gray.shape):
            check_orientation(image, image.mask.name, (mask_height, mask_width))
            raise InputError(
                f"{str(image.mask.path)!r} is {mask_width}x{mask_height} (width x height), its image "
                f"{image.name} {width}x{height}: a mask needs the proportions of its image"
            )
        return resize_mask(((gray >= self.threshold) != self.invert).astype(np.uint8), height, width)


class PairedMaskGenerator:
    """The paired mask of each image of an evaluation set, fitted as the image is.

    Args:
        images: Images with masks.
        masks: Reads the masks.
        center_crop: Side of the square that is first cut out of the centre; None does not crop.
        fit: Fits the mask to other proportions.
        resize: Resizes the mask.
    """

    def __init__(
        self,
        images: Sequence[ImageFile],
        masks: PairedMasks,
        center_crop: int | None,
        fit: Fit,
        resize: Resize,
    ) -> None:
        self.images = images
        self.masks = masks
        self.center_crop = center_crop
        self.fit = fit
        self.resize = resize

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """The mask of image `request.name`, uint8 (1, height, width), 1 = hole.

        Raises:
            InputError: It cannot be read, or does not fit an image of that size.
        """
        image = self._by_name[str(request.name)]
        holes = center_square(self.masks.holes(image, image_size(image.path)), self.center_crop)
        return self.fit(holes, (request.height, request.width), self.resize)[None]

    def whole(self, name: str, size: tuple[int, int]) -> np.ndarray:
        """The mask of the whole image `name` of this (height, width), uint8."""
        return self.masks.holes(self._by_name[name], size)

    def mask_file(self, index: int, name: str) -> ImageFile:
        """The file of the mask of image `name`."""
        return self._by_name[name].mask

    @cached_property
    def _by_name(self) -> dict[str, PairedImage]:
        return {image.name: image for image in self.images if isinstance(image, PairedImage)}
