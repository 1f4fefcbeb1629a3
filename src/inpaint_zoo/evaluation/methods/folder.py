"""The outputs of another tool, matched by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.base import Sample
from inpaint_zoo.files.hashing import combined_hash, file_hash
from inpaint_zoo.files.name_matching import NamedFiles, named_by
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.arrays import ImageArray
from inpaint_zoo.images.finding import ImageFile, list_images
from inpaint_zoo.images.reading import image_size, read_image


class ImageFolder:
    """A folder of filled images, one for every sample.

    An image belongs to the sample with the same relative path, whatever the suffixes. If no sample has the path of an
    image, images belong to samples with the same file name, whatever the folders. The samples of a photograph with
    several masks have its name and a number, such as `chelsea@2`.

    Args:
        root: The folder.
        title: Name of the method, for error messages.
        match: How the images are named, as `named_by` takes it; None: as the samples are.

    Raises:
        InputError: The folder cannot be read, the pattern fits no image, or two images have one name.
    """

    def __init__(self, root: Path, title: str, match: str | None = None) -> None:
        self.title = title
        self.root = root
        images = list_images(root, f"methods.{title}")
        named = images if match is None else named_by(match, images, "match")
        self.images = [ImageFile(name, path) for name, path in named]
        self._named = NamedFiles(self.images, f"methods.{title}")

    def identity(self) -> dict[str, str]:
        """Hash over the names and bytes of all images of the folder."""
        hashes = {image.name: file_hash(image.path) for image in self.images}
        return {"kind": "folder", "images": combined_hash(hashes)}

    def missing(self, names: Sequence[str]) -> list[str]:
        """The samples without an image in the folder; from now on, names are matched to this set of samples.

        Raises:
            InputError: It is not clear which image belongs to a sample.
        """
        return self._named.missing(names)

    def there(self) -> str:
        """Some of the images, as `NamedFiles.there` names them."""
        return self._named.there()

    def sizes_differ(self, samples: Mapping[str, tuple[int, int]]) -> list[str]:
        """The samples whose image here has another size, with both sizes; only the headers of files are read.

        Args:
            samples: (height, width) by name.

        Raises:
            InputError: An image is missing or cannot be read.
        """
        sizes = {name: image_size(self._path(name)) for name in samples}
        return [
            f"{name} ({_size(sizes[name])} instead of {_size(wanted)})"
            for name, wanted in samples.items()
            if sizes[name] != wanted
        ]

    def __call__(self, sample: Sample) -> ImageArray:
        """The image of the sample, as it is in its file.

        Raises:
            InputError: The image is missing, cannot be read, or has another size.
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
            raise InputError(f"methods.{self.title}: {self.root} has no image for {name}.")
        return path


def _size(shape: Sequence[int]) -> str:
    return f"{shape[1]}x{shape[0]}"
