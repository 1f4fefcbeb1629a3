"""What training does to images before they are mirrored, and which images are large enough for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from inpaint_zoo.checks import as_given, at_least, choose, is_whole
from inpaint_zoo.data.squares import center_square
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.resizing import ALIASED, BICUBIC, FITTINGS, INTERPOLATIONS, Resize, resize_mask, resize_shorter
from inpaint_zoo.masks.generator import draw_integers

COVER = "cover"
"""The fitting of which training makes random crops."""
ANY = "any"
"""The value of `crop` with which the size of the crop is random, too."""


@dataclass(frozen=True)
class Preparation:
    """How an image, and its paired mask, are brought to the size of a sample; as in `InpaintingDataModule`.

    Raises:
        InputError: A value is something else, or `crop` or `resize` is given where nothing is cut at random.
    """

    size: tuple[int, int]
    """(height, width) of the sample."""
    center_crop: int | None = None
    """Side of the square that is first cut out of the centre; None does not crop."""
    resize: int | None = None
    """Resize the shorter side to this many pixels before the random crop; None keeps the image's own size."""
    fitting: str = COVER
    """A name of `FITTINGS`; `cover` cuts at random, the others take the same part of an image every time."""
    crop: int | str | None = None
    """Shorter side of the random crop, which is then resized to `size`; None cuts `size` itself. With `any` it is drawn
    anew, from the shorter side of `size` up to what the image has, and smaller images are enlarged."""
    interpolation: str = BICUBIC
    """How images are resized: a name of `INTERPOLATIONS`. Masks are resized to the nearest pixel."""

    def __post_init__(self) -> None:
        choose(FITTINGS, self.fitting, "data.fitting")
        choose(INTERPOLATIONS, self.interpolation, "data.interpolation")
        if self.crop not in (None, ANY) and not is_whole(self.crop):
            raise InputError(f"data.crop={as_given(self.crop)} must be a number of pixels, {ANY}, or null")
        for key, side in (("resize", self.resize), ("crop", self.crop)):
            if side is not None and side != ANY:
                at_least(1, side, f"data.{key}")
            if side is not None and not self.is_random:
                raise InputError(
                    f"data.{key}={side} is for random crops, and data.fitting={self.fitting} makes none: give "
                    f"data.{key}=null"
                )

    @property
    def is_random(self) -> bool:
        """Whether the part of an image that is used is drawn at random."""
        return self.fitting == COVER

    @property
    def enough(self) -> tuple[int, int] | None:
        """The (height, width) to which a file may be reduced while it is read; None: all pixels are needed."""
        side = self.resize if self.is_random else max(self.size)
        # from twice the size, resizing still smooths: the PSNR to the image from all pixels is 50 dB
        smooths = self.interpolation != ALIASED
        return (2 * side, 2 * side) if side is not None and self.center_crop is None and smooths else None

    @property
    def least(self) -> tuple[int, int]:
        """The (height, width) that an image needs after `center_crop` and `resize`."""
        if not self.is_random or self.crop == ANY:
            return (1, 1)
        return self.size if self.crop is None else self._window(self.crop)

    def can_crop_center(self, size: tuple[int, int]) -> bool:
        """Whether an image of this (height, width) is large enough for `center_crop`."""
        return self.center_crop is None or min(size) >= self.center_crop

    def accepts(self, size: tuple[int, int]) -> bool:
        """Whether an image of this (height, width) is large enough for training."""
        height, width = size if self.center_crop is None else (self.center_crop, self.center_crop)
        if self.resize is not None:
            height, width = (
                max(self.resize, round(side * self.resize / min(height, width))) for side in (height, width)
            )
        return self.can_crop_center(size) and height >= self.least[0] and width >= self.least[1]

    def fitted(self, image: np.ndarray) -> np.ndarray:
        """An image (H, W, 3) of an evaluation, after `center_crop`, in `size`."""
        return FITTINGS[self.fitting](image, self.size, self._resized)

    def __call__(
        self, image: np.ndarray, holes: np.ndarray | None, rng: np.random.RandomState
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Prepare an image (H, W, 3) and the holes (H, W) of its paired mask, or None.

        Returns:
            Both in a size from which `size` is still to be cut at random if `crop` is None, otherwise in `size`.

        Raises:
            InputError: The image is too small.
        """
        planes = [center_square(plane, self.center_crop) for plane in (image, holes) if plane is not None]
        if not self.is_random:
            fit = FITTINGS[self.fitting]
            return _pair(
                fit(planes[0], self.size, self._resized), *(fit(mask, self.size, resize_mask) for mask in planes[1:])
            )
        if self.resize is not None:
            shorter = resize_shorter(planes[0], (self.resize, self.resize), self._resized)
            planes = [shorter, *(resize_mask(mask, *shorter.shape[:2]) for mask in planes[1:])]
        self._check_size(*planes[0].shape[:2])
        return _pair(*(planes if self.crop is None else self._cut(planes, rng)))

    @property
    def _resized(self) -> Resize:
        return INTERPOLATIONS[self.interpolation]

    def _cut(self, planes: list[np.ndarray], rng: np.random.RandomState) -> list[np.ndarray]:
        """Cut the same random window out of an image and its mask, and resize it to `size`."""
        have = planes[0].shape[:2]
        wanted = self._window(self._random_side(have[0], have[1], rng) if self.crop == ANY else self.crop)
        height, width = (min(sides) for sides in zip(wanted, have, strict=True))  # a row of pixels has no proportions
        (top,), (left,) = draw_integers(rng, 0, have[0] - height, 1), draw_integers(rng, 0, have[1] - width, 1)
        image, *masks = (plane[top : top + height, left : left + width] for plane in planes)
        return [self._resized(image, *self.size), *(resize_mask(mask, *self.size) for mask in masks)]

    def _random_side(self, height: int, width: int, rng: np.random.RandomState) -> int:
        """The shorter side of a window: that of `size`, up to the largest one, which only small images get."""
        shorter = min(self.size)
        largest = max(1, min(height * shorter // self.size[0], width * shorter // self.size[1]))
        return largest if largest <= shorter else draw_integers(rng, shorter, largest - 1, 1)[0]

    def _window(self, shorter: Any) -> tuple[int, int]:
        """The (height, width) of a crop with this shorter side and the proportions of `size`."""
        height, width = (max(1, side * shorter // min(self.size)) for side in self.size)
        return height, width

    def _check_size(self, height: int, width: int) -> None:
        least = self.least
        if height < least[0] or width < least[1]:
            key = "size" if self.crop is None else "crop"
            raise InputError(
                f"an image of {width}x{height} (width x height) is smaller than the crop {least[1]}x{least[0]}: set "
                f"data.resize={max(least)}, or a smaller data.{key}="
            )


def _pair(image: np.ndarray, holes: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray | None]:
    return image, holes
