"""Stored images of an evaluation beside those that are computed now."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.result_images import MASK, KeptImages
from inpaint_zoo.files.name_matching import png_name
from inpaint_zoo.images.arrays import ImageArray
from inpaint_zoo.images.reading import read_image, read_mask


class CheckedImages(KeptImages):
    """Compares the images of an evaluation with those in a folder; only images that differ are written.

    Args:
        given: The folder with the images; it need not exist.
        spare: Gets the images that `given` lacks or has otherwise.
    """

    def __init__(self, given: Path, spare: Path) -> None:
        super().__init__(spare)
        self.given = given
        self.different: list[str] = []
        """A line for each of them."""
        self._equal: set[str] = set()

    def _put(self, folder: str, name: str, pixels: ImageArray) -> None:
        place = f"{folder}/{png_name(name)}"
        reason = _difference(self.given / place, pixels, is_mask=folder == MASK)
        if reason is None:
            self._equal.add(place)
        else:
            self.different.append(f"{self.given.name}/{place}: {reason}")
            super()._put(folder, name, pixels)

    def _path(self, folder: str, name: str) -> Path:
        place = f"{folder}/{png_name(name)}"
        return (self.given if place in self._equal else self.folder) / place


def _difference(path: Path, pixels: ImageArray, *, is_mask: bool) -> str | None:
    """In what a file differs from pixels; None: in nothing."""
    if not path.is_file():
        return "missing"
    try:
        stored = read_mask(path) if is_mask else read_image(path)
    except InputError as error:
        return str(error)
    if stored.shape != pixels.shape:
        return f"is {stored.shape[1]}x{stored.shape[0]} pixels, not {pixels.shape[1]}x{pixels.shape[0]}"
    far = np.abs(stored.astype(np.int16) - pixels)
    num = int((far if far.ndim == 2 else far.max(axis=2)).astype(bool).sum())
    return f"{num} of {far.shape[0] * far.shape[1]} pixels differ, by at most {far.max()} of 255" if num else None
