"""Finding the image files below a folder."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})


class ImageFile(NamedTuple):
    """An image file and its name."""

    name: str
    """Path relative to the folder it was found in, with forward slashes."""
    path: Readable


def find_images(root: Path, key: str) -> list[ImageFile]:
    """List the image files below `root`, sorted by name; hidden files and other files are ignored.

    Links to folders are followed, each real folder once, so that circular links do no harm.

    Args:
        root: A folder.
        key: The configuration key that named `root`, for messages, such as `data.root`.

    Raises:
        InputError: `root` is missing, not a folder or not readable, two files have the same name, or an image is not a
            regular file.
    """
    if not root.is_dir():
        state = "is not a folder" if root.exists() else "does not exist"
        raise InputError(f"{key}: {str(root)!r} {state}: give {key}=DIR, a folder of images")
    found = [_image(path, root) for path in _walk(root, key)]
    found.sort(key=lambda image: image.name)
    for first, second in pairwise(found):
        if first.name == second.name:
            paths = f"{str(first.path)!a} and {str(second.path)!a}"
            raise InputError(f"{key}: {paths} are both called {first.name!r} (in Unicode's composed form): rename one")
    return found


def _walk(root: Path, key: str) -> Iterator[Path]:
    visited, waiting = set[tuple[int, int]](), [root]
    while waiting:
        folder = waiting.pop()
        try:
            status = folder.stat()
            with os.scandir(folder) as entries:
                shown = sorted(
                    (entry for entry in entries if not entry.name.startswith(".")), key=lambda each: each.name
                )
        except OSError as error:
            raise InputError(f"{key}: cannot read the folder {str(folder)!r} ({error.strerror})") from error
        if (identity := (status.st_dev, status.st_ino)) in visited:
            continue
        visited.add(identity)
        waiting += [Path(entry.path) for entry in reversed(shown) if entry.is_dir()]
        yield from (_ordinary(entry, key) for entry in shown if _names_image(entry.name) and not entry.is_dir())


def _names_image(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES  # noqa: PTH122, quick


def _ordinary(entry: os.DirEntry[str], key: str) -> Path:
    """The path of a regular file, or of a broken link, an error when it is read; reading a pipe might never end."""
    if entry.is_file() or not os.path.exists(entry.path):  # noqa: PTH110, of a string
        return Path(entry.path)
    raise InputError(f"{key}: {entry.path!r} is not a regular file, but a pipe or device: remove it")


def _image(path: Path, root: Path) -> ImageFile:
    # file names may hold bytes that are not UTF-8: names are shown, so they are escaped
    name = os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
    return ImageFile(unicodedata.normalize("NFC", name), path)
