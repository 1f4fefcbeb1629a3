"""The images of a comparison as files: originals, masks, and the composites of each method."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from inpaint_zoo.evaluation.methods import Sample
from inpaint_zoo.evaluation.report import Case
from inpaint_zoo.files.name_matching import png_name
from inpaint_zoo.images.arrays import ImageArray
from inpaint_zoo.images.reading import write_png

IMAGES = "images"
"""Folder of all of them, below that of the results."""
ORIGINAL = "original"
MASK = "mask"
_TITLE = re.compile(r"[\w .+()@-]+")


def is_title(title: str) -> bool:
    """Whether a method may be called so: its name becomes a folder beside those of originals and masks."""
    return bool(_TITLE.fullmatch(title)) and title.strip(". ") == title and title not in {ORIGINAL, MASK}


class KeptImages:
    """Writes the images of a comparison as PNG files and knows their paths.

    Args:
        folder: Gets one folder for the originals, one for the masks, and one per method.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._written: set[str] = set()

    def write(self, sample: Sample, title: str, composite: ImageArray) -> None:
        """Write a composite; with the first composite of a sample also its original and its mask."""
        if sample.name not in self._written:
            self._written.add(sample.name)
            self._put(ORIGINAL, sample.name, sample.target)
            self._put(MASK, sample.name, sample.hole.astype(np.uint8) * 255)
        self._put(title, sample.name, composite)

    def holds(self, title: str, name: str) -> bool:
        """Whether the original, the mask and the method's composite of a sample exist."""
        return all(path.is_file() for path in (self.original(name), self.mask(name), self.composite(title, name)))

    def original(self, name: str) -> Path:
        """Path of a sample's original."""
        return self._path(ORIGINAL, name)

    def mask(self, name: str) -> Path:
        """Path of a sample's mask."""
        return self._path(MASK, name)

    def composite(self, title: str, name: str) -> Path:
        """Path of a method's composite of a sample."""
        return self._path(title, name)

    def paths(self, names: Iterable[str], titles: Sequence[str]) -> Iterator[Path]:
        """Everything that is written for these samples and methods."""
        return (self._path(folder, name) for name in names for folder in (ORIGINAL, MASK, *titles))

    def case(self, name: str, titles: Sequence[str]) -> Case:
        """A sample with the composites of these methods, for a report."""
        composites = {title: self.composite(title, name) for title in titles}
        return Case(name, self.original(name), self.mask(name), composites)

    def _put(self, folder: str, name: str, pixels: ImageArray) -> None:
        write_png(self._path(folder, name), pixels)

    def _path(self, folder: str, name: str) -> Path:
        return self.folder / folder / png_name(name)
