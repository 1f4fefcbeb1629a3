"""The images that a path or a pattern names."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import NamedMasks, image_of_mask
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.finding import ImageFile, image_file, list_images
from inpaint_zoo.images.formats import IMAGE_SUFFIXES, KINDS

_WILD = frozenset("*?[")


def named_files(value: str, key: str) -> list[ImageFile]:
    """List the image files that are named, sorted by name.

    Args:
        value: A file, a folder, or a pattern such as `photos/*.jpg` or `photos/**/*.png`. What exists is no pattern,
            and names begin behind the last folder without a wildcard.
        key: The configuration key that holds it, for messages.

    Raises:
        InputError: There is no such file, or it is not readable.
    """
    path = Path(value).expanduser()
    if path.is_dir():
        return list_images(path, key)
    if os.path.lexists(path) or not _WILD & set(value):
        if not path.exists():
            raise InputError(
                f"{key}: {value!r} does not exist: give {key}=FILE, or {key}=DIR, or a pattern such as "
                f"'{key}=photos/*.jpg'"
            )
        return [ImageFile(path.name, path)]
    found = sorted(_matching(path), key=lambda file: file.name)
    if not found:
        raise InputError(f"{key}: no image matches {value!r} (suffixes that are read: {KINDS})")
    return found


def folder_of(value: str) -> Path:
    """The folder in which `named_files` finds files, or the file itself."""
    path = Path(value).expanduser()
    if os.path.lexists(path) or not _WILD & set(value):
        return path
    num_plain = next(number for number, part in enumerate(path.parts) if _WILD & set(part))
    return Path(*path.parts[:num_plain])


def _matching(pattern: Path) -> Iterator[ImageFile]:
    root = folder_of(str(pattern))
    rest = str(pattern.relative_to(root))
    for name in glob.glob(rest, root_dir=root, recursive=True):  # noqa: PTH207 - it passes over hidden files
        path = root / name
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.is_dir():
            yield image_file(path, root)


def masks_beside(images: Sequence[ImageFile]) -> dict[str, Readable]:
    """The masks that lie beside images, as `photo_mask.png` beside `photo.jpg`, by the names of the images.

    Raises:
        InputError: Two masks are named after one image, or a folder cannot be read.
    """
    folders: dict[Path, NamedMasks] = {}
    found = {}
    for image in images:
        path = Path(str(image.path))
        if path.parent not in folders:
            folders[path.parent] = NamedMasks(_masks_in(path.parent), "masks")
        mask = folders[path.parent].find(path.name)
        if mask is not None and mask != path:
            found[image.name] = mask
    return found


def _masks_in(folder: Path) -> list[tuple[str, Path]]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if not entry.name.startswith("."))
    except OSError as error:
        raise InputError(f"masks: cannot read the folder {str(folder)!r} ({error.strerror})") from error
    named = (name for name in names if Path(name).suffix.lower() in IMAGE_SUFFIXES and image_of_mask(name) is not None)
    return [(name, folder / name) for name in named]
