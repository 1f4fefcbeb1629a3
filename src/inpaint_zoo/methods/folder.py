"""Pictures that another tool made, matched by name."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from inpaint_zoo.errors import InputError
from inpaint_zoo.images import find_pictures, read_image
from inpaint_zoo.methods.base import Sample, with_known_pixels
from inpaint_zoo.metrics.pictures import Picture


class PictureFolder:
    """A folder of filled pictures, one for every sample, with the sample's name and any picture suffix.

    Args:
        root: The folder.
        title: The method's name, for messages.
    """

    def __init__(self, root: Path, title: str) -> None:
        self.title = title
        self.root = root
        self.paths: dict[str, Path] = {}
        for picture in find_pictures(root, f"methods.{title}"):
            key = _key(picture.name)
            if key in self.paths:
                raise InputError(f"methods.{title}: {root} holds two pictures named {key}: keep one of them.")
            self.paths[key] = picture.path

    def missing(self, names: list[str]) -> list[str]:
        """Those of `names` that the folder lacks."""
        return [name for name in names if _key(name) not in self.paths]

    def __call__(self, sample: Sample) -> Picture:
        """The picture of that name, with the known pixels of the sample.

        Raises:
            InputError: there is none, or it has another size.
        """
        path = self.paths.get(_key(sample.name))
        if path is None:
            raise InputError(f"methods.{self.title}: {self.root} has no picture for {sample.name}.")
        output = read_image(path)
        if output.shape != sample.image.shape:
            height, width = sample.image.shape[:2]
            raise InputError(
                f"methods.{self.title}: {path} is {output.shape[1]}x{output.shape[0]} (width x height), "
                f"the picture is {width}x{height}: make it at that size, or give data.size=."
            )
        return with_known_pixels(sample, output)


def _key(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))
