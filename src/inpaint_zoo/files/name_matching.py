"""Matching files with images by their names: masks, or results that another tool made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from inpaint_zoo.errors import DamagedFileError, InputError
from inpaint_zoo.files.source import Readable

_NUM_SHOWN = 5
_MASK = re.compile(r"(.*[^/])[-_. ]mask[-_. ]?\d*", re.IGNORECASE | re.DOTALL)


class NamedFiles:
    """Files by the names of the images that they belong to.

    A file belongs to the image with the same relative path, suffixes aside. If that holds for none of the images, a
    file belongs to the image with the same file name, folders aside.

    Args:
        files: (relative path, path).
        label: The key that named the folder, for messages, such as `mask.root`.

    Raises:
        InputError: The relative paths of two files differ only in the suffix.
    """

    def __init__(self, files: Iterable[tuple[str, Readable]], label: str) -> None:
        self.label = label
        self._by_path: dict[str, tuple[str, Readable]] = {}
        self._by_stem: dict[str, list[tuple[str, Readable]]] = {}
        self._stems_count = True
        for name, path in files:
            first = self._by_path.setdefault(without_suffix(name), (name, path))
            if first[0] != name:
                raise DamagedFileError(f"{label}: {first[0]} and {name} have one name: keep one of them")
            self._by_stem.setdefault(_stem(name), []).append((name, path))

    def missing(self, names: Sequence[str]) -> list[str]:
        """Return the images that have no file, and from here on match names as for this set of images.

        Raises:
            InputError: A file could belong to several images, or several files to one.
        """
        self._stems_count = not any(without_suffix(name) in self._by_path for name in names)
        if self._stems_count:
            self._refuse_shared(names)
        return [name for name in names if self.find(name) is None]

    def there(self) -> str:
        """Some of the files, for a message that another one is missing: ` (there are a.png, b.png, …)`."""
        shown = list(dict.fromkeys(name for name, _ in self._by_path.values()))
        return f" (there are {few(shown, 3)})" if shown else " (there are no images)"

    def find(self, name: str) -> Readable | None:
        """The file of an image, or None.

        Raises:
            InputError: Several files have the image's name.
        """
        exact = self._by_path.get(without_suffix(name))
        if exact is not None:
            return exact[1]
        near = self._by_stem.get(_stem(name), []) if self._stems_count else []
        if len(near) > 1:
            raise InputError(f"{self.label}: {near[0][0]} and {near[1][0]} both have the name of {name}: keep one")
        return near[0][1] if near else None

    def _refuse_shared(self, names: Sequence[str]) -> None:
        first: dict[str, str] = {}
        for name in names:
            other = first.setdefault(_stem(name), name)
            if other != name and _stem(name) in self._by_stem:
                file = self._by_stem[_stem(name)][0][0]
                raise InputError(
                    f"{self.label}: {file} would belong to {other} and to {name}: put the files into folders as the "
                    f"images are"
                )


class NamedMasks(NamedFiles):
    """As `NamedFiles`, for masks: one may also be named after its image, such as `a_mask.png` for `a.jpg`.

    Args:
        files: As in `NamedFiles`.
        label: As in `NamedFiles`.

    Raises:
        InputError: As `NamedFiles`, or two masks are named after one image.
    """

    def __init__(self, files: Iterable[tuple[str, Readable]], label: str) -> None:
        files = list(files)
        super().__init__(files, label)
        named_after = [(image, file) for file in files if (image := image_of_mask(file[0])) is not None]
        for image, (name, path) in named_after:
            first = self._by_path.setdefault(image, (name, path))
            if first[0] != name and image_of_mask(first[0]) == image:
                raise DamagedFileError(f"{label}: {first[0]} and {name} have one name: keep one of them")
            self._by_stem.setdefault(_last(image), []).append((name, path))

    def of_all(self, names: Sequence[str], folder: str) -> list[Readable]:
        """The mask of each image, in their order.

        Args:
            names: Of the images.
            folder: Where the masks are, as the message shows it.

        Raises:
            InputError: An image has no mask, or as `missing`.
        """
        missing = self.missing(names)
        if missing:
            raise InputError(
                f"{self.label}: {folder} has no mask of the same name for {len(missing)} of {len(names)} images: "
                f"{few(missing)}{self.there()}"
            )
        return [mask for name in names if (mask := self.find(name)) is not None]


def named_by(pattern: str, files: Sequence[tuple[str, Readable]], label: str) -> list[tuple[str, Readable]]:
    """Files under the names of their images, where another tool added something to these.

    Args:
        pattern: Holds `{name}`, the name of an image without its suffix: `{name}_output.png`, `out/{name}.png`. Without
            a slash it is the file's name, in whatever folder; with one, the whole relative path.
        files: (relative path, path); those that the pattern does not fit are left out.
        label: The key of the pattern, for messages.

    Raises:
        InputError: The pattern holds no `{name}`, or more than one, or fits no file.
    """
    before, name, after = pattern.partition("{name}")
    if not name or "{name}" in after:
        raise InputError(f"{label}={pattern} must hold {{name}} once, such as '{{name}}_output.png'")
    folders = "" if "/" in pattern else "(?:(?P<folder>.*)/)?"
    own = "(?P<name>.+)" if "/" in pattern else "(?P<name>[^/]+)"
    form = re.compile(f"{folders}{re.escape(before)}{own}{re.escape(after)}", re.DOTALL)
    found = [(match, path) for file, path in files if (match := form.fullmatch(file))]
    if not found:
        raise InputError(f"{label}={pattern} fits none of {len(files)} files: {few([file for file, _ in files], 3)}")
    return [
        (str(PurePosixPath(match.groupdict().get("folder") or "", f"{match['name']}.png")), path)
        for match, path in found
    ]


def without_suffix(name: str) -> str:
    """The relative path without the suffix: `a/b.png` becomes `a/b`."""
    return str(PurePosixPath(name).with_suffix(""))


def png_name(name: str) -> PurePosixPath:
    """Relative path of a result: the name of its image with the suffix .png."""
    return PurePosixPath(name).with_suffix(".png")


def image_of_mask(name: str) -> str | None:
    """The path of the image, without suffix, that a mask is named after: `a/b` for `a/b_mask.png`; None for others."""
    if "mask" not in name.lower():  # quick: most names are those of images
        return None
    found = _MASK.fullmatch(without_suffix(name))
    return found and found[1]


def few(names: Sequence[str], most: int = _NUM_SHOWN) -> str:
    """The first few of many names, for a message."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _last(path: str) -> str:
    return PurePosixPath(path).name
