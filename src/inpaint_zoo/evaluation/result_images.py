"""The images of a comparison as files: originals, masks and what each method made."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np

from inpaint_zoo.evaluation.methods import Sample
from inpaint_zoo.evaluation.report import Case
from inpaint_zoo.images.arrays import ImageArray
from inpaint_zoo.images.reading import write_png

ORIGINAL = "original"
MASK = "mask"
RESERVED_TITLES = frozenset({ORIGINAL, MASK})
"""Folders beside those of the methods."""


class KeptImages:
    """Writes the images of a comparison, one PNG each, and finds them again.

    Args:
        folder: Gets a folder for the originals, one for the masks, and one a method.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: set[str] = set()

    def write(self, sample: Sample, title: str, composite: ImageArray) -> None:
        """Write a composite, and original and mask with the first composite of a sample."""
        if sample.name not in self._written:
            self._written.add(sample.name)
            write_png(self.original(sample.name), sample.image)
            write_png(self.mask(sample.name), sample.hole.astype(np.uint8) * 255)
        write_png(self.composite(title, sample.name), composite)

    def holds(self, title: str, name: str) -> bool:
        """Whether all three images of a evaluated sample are there."""
        return all(path.is_file() for path in (self.original(name), self.mask(name), self.composite(title, name)))

    def original(self, name: str) -> Path:
        """Where a sample's original is."""
        return self._path(ORIGINAL, name)

    def mask(self, name: str) -> Path:
        """Where a sample's mask is."""
        return self._path(MASK, name)

    def composite(self, title: str, name: str) -> Path:
        """Where a method's composite of a sample is."""
        return self._path(title, name)

    def case(self, name: str, titles: Sequence[str]) -> Case:
        """A sample for a report."""
        composites = {title: self.composite(title, name) for title in titles}
        return Case(name, self.original(name), self.mask(name), composites)

    def _path(self, folder: str, name: str) -> Path:
        return self.folder / folder / png_name(name)


def png_name(name: str) -> PurePosixPath:
    """Where a result is kept: the name of its image, ending in .png."""
    return PurePosixPath(name).with_suffix(".png")
