"""What images are read from: files, or members of archives."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import Literal, Protocol

from inpaint_zoo.errors import DamagedFileError


class Readable(Protocol):
    """A `Path`, or something that is opened like one, such as a member of an archive; messages show its `str()`."""

    def open(self, mode: Literal["rb"], /) -> BufferedReader | BytesIO:
        """Open it for reading from its first byte.

        Raises:
            OSError: It does not exist, or cannot be read.
        """
        ...

    def __hash__(self) -> int:
        """Equal for equal paths."""
        ...


@dataclass(frozen=True)
class Held:
    """A file whose bytes have been read already."""

    path: Readable
    data: bytes

    def open(self, mode: Literal["rb"], /) -> BytesIO:
        """Open it for reading from its first byte."""
        return BytesIO(self.data)

    def __str__(self) -> str:
        """As the path is shown."""
        return str(self.path)


def held(path: Readable) -> Held:
    """Read a file's bytes.

    Raises:
        OSError: It does not exist, or cannot be read.
        DamagedFileError: It is a pipe or a device.
    """
    with opened(path) as file:
        return Held(path, file.read())


def opened(path: Readable) -> BufferedReader | BytesIO:
    """Open a file for reading; a pipe or device is refused, as reading it might never end.

    Raises:
        OSError: It does not exist, or cannot be read.
        DamagedFileError: It is a pipe or a device.
    """
    if isinstance(path, Path):
        mode = path.stat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise DamagedFileError(f"{str(path)!r} is not a regular file, but a pipe or device: give a file")
    return path.open("rb")


def num_bytes(path: Readable) -> int | None:
    """The size of a file, or of a member of an archive; None where it cannot be told."""
    try:
        return path.stat().st_size if isinstance(path, Path) else getattr(path, "num_bytes", None)
    except OSError:
        return None


def is_same_file(one: Readable, other: Readable) -> bool:
    """Whether two paths lead to one file, also through links."""
    if one == other:
        return True
    try:
        return isinstance(one, Path) and isinstance(other, Path) and one.samefile(other)
    except OSError:
        return False
