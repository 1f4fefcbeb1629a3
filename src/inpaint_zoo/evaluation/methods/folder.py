"""Pictures that another tool made, matched by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.base import Sample
from inpaint_zoo.files.hashing import combined_hash, file_hash
from inpaint_zoo.files.name_matching import NamedFiles
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.arrays import Picture
from inpaint_zoo.images.finding import find_pictures
from inpaint_zoo.images.reading import picture_size, read_image


class PictureFolder:
    """A folder of filled pictures, one for every sample.

    A picture belongs to the sample with the same relative path, whatever the suffixes; where that holds for no sample,
    to the sample with the same file name, whatever the folders. A photograph that is there with several masks has
    samples of its name with a number, such as `chelsea@2`.

    Args:
        root: The folder.
        title: The method's name, for messages.

    Raises:
        InputError: The folder cannot be read, or two pictures have one name.
    """

    def __init__(self, root: Path, title: str) -> None:
        self.title = title
        self.root = root
        self.pictures = find_pictures(root, f"methods.{title}")
        self._named = NamedFiles(self.pictures, f"methods.{title}")

    def identity(self) -> dict[str, str]:
        """Hash over the names and bytes of all pictures of the folder."""
        hashes = {picture.name: file_hash(picture.path) for picture in self.pictures}
        return {"kind": "folder", "pictures": combined_hash(hashes)}

    def missing(self, names: Sequence[str]) -> list[str]:
        """Those of the samples that the folder lacks; from here on names are understood as in this set of samples.

        Raises:
            InputError: It cannot be told which picture belongs to a sample.
        """
        return self._named.missing(names)

    def sizes_differ(self, samples: Mapping[str, tuple[int, int]]) -> list[str]:
        """Those samples whose picture here has another size, each with both sizes; only headers are read.

        Args:
            samples: (height, width) by name.

        Raises:
            InputError: A picture is missing or cannot be read.
        """
        sizes = {name: picture_size(self._path(name)) for name in samples}
        return [
            f"{name} ({_size(sizes[name])} instead of {_size(wanted)})"
            for name, wanted in samples.items()
            if sizes[name] != wanted
        ]

    def __call__(self, sample: Sample) -> Picture:
        """The picture of that name, as it lies in its file.

        Raises:
            InputError: There is none, it cannot be read, or it has another size.
        """
        path = self._path(sample.name)
        output = read_image(path)
        if output.shape != sample.image.shape:
            raise InputError(
                f"methods.{self.title}: {path} is {_size(output.shape)} (width x height), the sample is "
                f"{_size(sample.image.shape)}: make it at that size, or give size="
            )
        return output

    def _path(self, name: str) -> Readable:
        path = self._named.find(name)
        if path is None:
            raise InputError(f"methods.{self.title}: {self.root} has no picture for {name}.")
        return path


def _size(shape: Sequence[int]) -> str:
    return f"{shape[1]}x{shape[0]}"
