"""Finding the image files below a folder, and telling masks from the images that they lie beside."""

from __future__ import annotations

import os
import stat
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.files.name_matching import few, image_of_mask, without_suffix
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.formats import IMAGE_SUFFIXES, NEEDS_EXTRA
from inpaint_zoo.runtime.ranks import is_first_process

_NO_IMAGES = frozenset(
    {".txt", ".md", ".json", ".jsonl", ".csv", ".tsv", ".xml", ".yaml", ".yml", ".html", ".log", ".py", ".ini", ".db"}
)
"""Suffixes of files that lie beside images; nobody takes them for one."""
_USUAL = IMAGE_SUFFIXES | _NO_IMAGES


class ImageFile(NamedTuple):
    """An image file and its name."""

    name: str
    """Path relative to the folder it was found in, with forward slashes."""
    path: Readable


def find_images(root: Path, key: str) -> list[ImageFile]:
    """List the images below `root`, sorted by name; masks that lie beside their images are left out, with a note.

    A mask lies beside its image if both are in one folder and are called as `photo.jpg` and `photo_mask.png` are.

    Args:
        root: As in `list_images`.
        key: As in `list_images`.

    Raises:
        InputError: As `list_images`.
    """
    return without_masks(list_images(root, key), key)


def find_masks(root: Path, key: str) -> list[ImageFile]:
    """List the masks below `root`, sorted by name; images that lie beside their masks are left out, with a note.

    Args:
        root: As in `list_images`.
        key: As in `list_images`.

    Raises:
        InputError: As `list_images`.
    """
    return without_images(list_images(root, key), key)


def without_masks(files: Sequence[ImageFile], key: str) -> list[ImageFile]:
    """The files that are images, as `find_images` tells them from masks; `key` for its notes."""
    masks, lonely = _masks(files)
    if masks:
        _note(f"{key}: {len(masks)} of {len(files)} files are left out, as they end in _mask and lie beside "
              f"their images: {few(list(masks))}")  # fmt: skip
    if lonely:
        _note(f"{key}: {len(lonely)} of {len(files)} files end in _mask, but no image of their name lies beside them: "
              f"they are taken as images: {few(lonely)}")  # fmt: skip
    return [file for file in files if file.name not in masks]


def without_images(files: Sequence[ImageFile], key: str) -> list[ImageFile]:
    """The files that are masks, as `find_masks` tells them from images; `key` for its notes."""
    masks, _ = _masks(files)
    owners = set(masks.values())
    images = [file.name for file in files if without_suffix(file.name) in owners and file.name not in masks]
    if images:
        _note(f"{key}: {len(images)} of {len(files)} files are no masks, as files that end in _mask lie beside them: "
              f"{few(images)}")  # fmt: skip
    return [file for file in files if file.name not in set(images)]


def not_masks(files: Sequence[ImageFile]) -> list[ImageFile]:
    """The files that are no masks beside their images, without a note."""
    masks, _ = _masks(files)
    return [file for file in files if file.name not in masks]


def _masks(files: Sequence[ImageFile]) -> tuple[dict[str, str], list[str]]:
    """Of names that end in `_mask`: those beside an image, with its name without suffix; and the others."""
    named = [(file.name, owner) for file in files if (owner := image_of_mask(file.name)) is not None]
    if not named:
        return {}, []
    names = {without_suffix(file.name) for file in files}
    beside = {name: owner for name, owner in named if owner in names}
    return beside, [name for name, owner in named if owner not in names]


def list_images(root: Path, key: str) -> list[ImageFile]:
    """List the image files below `root`, sorted by name.

    Hidden files and other files are ignored; a note counts those that might be images in formats that are not read.
    Links to folders are followed, each real folder once, so that circular links do no harm.

    Args:
        root: A folder.
        key: The configuration key that named `root`, for messages, such as `data.root`.

    Raises:
        InputError: `root` is missing, not a folder or not readable, two files have the same name, an image is not a
            regular file, or all images need an extra of this package.
    """
    _check_folder(root, key)
    others: list[str] = []
    found = list(_walk(root, key, others))
    found.sort(key=lambda image: image.name)
    for first, second in pairwise(found):
        if first.name == second.name:
            paths = f"{str(first.path)!a} and {str(second.path)!a}"
            raise InputError(f"{key}: {paths} are both called {first.name!r} (in Unicode's composed form): rename one")
    if not found and _extra(others):
        raise InputError(f"{key}: {str(root)!r} holds no image that can be read here: {few(sorted(others))}"
                         f"{_extra(others)}")  # fmt: skip
    if others and found:  # where there is no image at all, the caller says so
        _note(f"{key}: {len(others)} of {len(others) + len(found)} files are left out, as their suffix is not that of "
              f"an image: {few(sorted(others))}{_extra(others)}")  # fmt: skip
    return found


def _check_folder(root: Path, key: str) -> None:
    state = "is not a folder"
    try:
        if stat.S_ISDIR(os.stat(root).st_mode):  # noqa: PTH116 - `Path.is_dir` has another answer in each Python
            return
    except (FileNotFoundError, NotADirectoryError, ValueError):
        state = "does not exist"
    except OSError as error:
        raise InputError(f"{key}: cannot read the folder {str(root)!r} ({error.strerror})") from error
    raise InputError(f"{key}: {str(root)!r} {state}: give {key}=DIR, a folder of images")


def _walk(root: Path, key: str, others: list[str]) -> Iterator[ImageFile]:
    """The image files; the names of files that might be images are added to `others`."""
    visited, waiting = set[tuple[int, int]](), [(root, "")]
    while waiting:
        folder, inside = waiting.pop()  # names are made of parts: taking them from paths is slow
        try:
            status = os.stat(os.path.join(folder, "."))  # noqa: PTH116, PTH118 - fails if it may not be entered
            with os.scandir(folder) as entries:
                shown = sorted(
                    (entry for entry in entries if not entry.name.startswith(".")), key=lambda each: each.name
                )
        except OSError as error:
            raise InputError(f"{key}: cannot read the folder {str(folder)!r} ({error.strerror})") from error
        if (identity := (status.st_dev, status.st_ino)) in visited:
            continue
        visited.add(identity)
        waiting += [(Path(entry.path), f"{inside}{entry.name}/") for entry in reversed(shown) if _is_folder(entry)]
        files = [entry for entry in shown if not _is_folder(entry)]
        for entry in files:
            suffix = _suffix(entry.name)
            if suffix in IMAGE_SUFFIXES:
                yield ImageFile(_shown(inside + entry.name), _ordinary(entry, key))
            elif suffix not in _USUAL and _is_file(entry):
                others.append(entry.name)


def _suffix(name: str) -> str:
    return os.path.splitext(name)[1].lower()  # noqa: PTH122, quick


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that goes round: an error when it is read
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _ordinary(entry: os.DirEntry[str], key: str) -> Path:
    """The path of a regular file, or of a broken link, an error when it is read; reading a pipe might never end."""
    if not _is_file(entry) and os.path.exists(entry.path):  # noqa: PTH110, of a string
        raise InputError(f"{key}: {entry.path!r} is not a regular file, but a pipe or device: remove it")
    return Path(entry.path)


def image_file(path: Path, root: Path) -> ImageFile:
    """A file below `root` with its name."""
    return ImageFile(_shown(path.relative_to(root).as_posix()), path)


def _shown(name: str) -> str:
    """A name as it is shown; file names may hold bytes that are not UTF-8, which are escaped."""
    if name.isascii():
        return name
    return unicodedata.normalize("NFC", os.fsencode(name).decode("utf-8", "backslashreplace"))


def _extra(names: Sequence[str]) -> str:
    extras = sorted({NEEDS_EXTRA[suffix] for name in names if (suffix := _suffix(name)) in NEEDS_EXTRA})
    return "".join(f" (pip install 'inpaint-zoo[{extra}]' reads .{extra})" for extra in extras)


def _note(message: str) -> None:
    if is_first_process():
        warnings.warn(message, InputWarning, stacklevel=4)
