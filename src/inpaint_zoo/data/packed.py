"""Sequences of millions of image files, stored in a few arrays."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import overload

import numpy as np

from inpaint_zoo.data.paired_masks import PairedImage
from inpaint_zoo.images.finding import ImageFile

_UNUSUAL = re.compile(rb"//|(?:^|/)\.\.?(?:/|$)|[\x80-\xff]")
"""What makes the name of an image differ from its path."""
_UNUSUAL_TOGETHER = (b"//", b"\n/", b"./", b".\n", b".\r", b".\t")
"""The same for many lines at once; also finds a few harmless cases."""
_PIECE = 2**16


def name_hash(name: bytes) -> int:
    """The first eight bytes of the SHA-256 of a name in UTF-8, as a number in [0, 2**64)."""
    return int.from_bytes(hashlib.sha256(name).digest()[:8], "big")


class Packed(Sequence[ImageFile], ABC):
    """Image files in a few arrays, which worker processes share; an `ImageFile` is made when it is accessed."""

    hashes: np.ndarray
    """uint32 (N,), the first half of `name_hash` of the images' names."""

    def __len__(self) -> int:
        return len(self.hashes)

    @overload
    def __getitem__(self, place: int) -> ImageFile: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[ImageFile]: ...

    def __getitem__(self, place: int | slice) -> ImageFile | Sequence[ImageFile]:
        """The image file at a place, or a packed part."""
        return self.select(np.arange(len(self))[place]) if isinstance(place, slice) else self.image(place)

    @abstractmethod
    def image(self, place: int) -> ImageFile:
        """Make the image file at a place."""

    @abstractmethod
    def select(self, places: np.ndarray) -> Packed:
        """The images at these places, in this order."""

    def places(self, names: Iterable[str]) -> list[int]:
        """The places of the images of these names; unknown names are ignored."""
        wanted = {name: name_hash(name.encode()) >> 32 for name in names}
        near = np.flatnonzero(np.isin(self.hashes, np.array(list(wanted.values()), np.uint32)))
        return [place for place in map(int, near) if self[place].name in wanted]


@dataclass(frozen=True, eq=False)
class PackedImages(Packed):
    """The image files of a list: its text, and where the paths are in it.

    Args:
        text: uint8 (B,), the bytes of the list.
        starts: uint32 (N,), the first places of the images' paths in `text`.
        ends: uint32 (N,), the places after them.
        mask_ends: uint32 (N,), the places after the masks' paths, which start at `ends + 1`; None if the list has no
            masks.
        hashes: As in `Packed`.
        base: Absolute folder that relative paths start from.
    """

    text: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    mask_ends: np.ndarray | None
    hashes: np.ndarray
    base: str

    def image(self, place: int) -> ImageFile:
        """Make the image file at a place."""
        start, end = self.starts[place], self.ends[place]
        file = self._file(self.text[start:end].tobytes())
        if self.mask_ends is None:
            return file
        return PairedImage(file.name, file.path, self._file(self.text[end + 1 : self.mask_ends[place]].tobytes()))

    def select(self, places: np.ndarray) -> PackedImages:
        """The images at these places, in this order."""
        return replace(
            self,
            starts=self.starts[places],
            ends=self.ends[places],
            mask_ends=None if self.mask_ends is None else self.mask_ends[places],
            hashes=self.hashes[places],
        )

    def _file(self, path: bytes) -> ImageFile:
        name = image_name(path, os.fsencode(self.base)).decode()
        return ImageFile(name, Path(self.base, os.fsdecode(path)))


def name_hashes(text: bytes, starts: np.ndarray, ends: np.ndarray, base: str) -> np.ndarray:
    """`name_hash` of the names of all images, uint64 (N,); arguments as of `PackedImages`."""
    folder, sha256 = os.fsencode(base), hashlib.sha256
    hashes = np.empty(len(starts), np.uint64)
    for first in range(0, len(starts), _PIECE):
        piece = slice(first, first + _PIECE)
        names = _names(text, starts[piece], ends[piece], folder)
        hashes[piece] = np.frombuffer(b"".join([sha256(name).digest() for name in names]), ">u8")[::4]
    return hashes


def _names(text: bytes, starts: np.ndarray, ends: np.ndarray, base: bytes) -> list[bytes]:
    # slicing by Python integers is much faster than by NumPy integers
    paths = [text[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    together = b"\n" + text[starts[0] : ends[-1]] + b"\n"
    # most paths are plain, and one search through many is faster than a search through each
    if together.isascii() and not any(sign in together for sign in _UNUSUAL_TOGETHER):
        return paths
    return [image_name(path, base) for path in paths]


def image_name(path: bytes, base: bytes) -> bytes:
    """The name of an image of a list, in UTF-8.

    That is its normalised path below `base`, with forward slashes. For a path outside `base` it is the absolute path
    without the first slash.
    """
    if _UNUSUAL.search(path):
        path = os.path.normpath(os.path.join(base, path))  # noqa: PTH118, bytes
    if path[:1] == b"/":
        inside = base.rstrip(b"/") + b"/"
        path = path[len(inside) :] if path.startswith(inside) else path.lstrip(b"/")
    # as `find_images` names files
    return path if path.isascii() else unicodedata.normalize("NFC", path.decode("utf-8", "backslashreplace")).encode()
