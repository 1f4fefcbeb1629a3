"""What images are read from: files, or members of archives."""

from __future__ import annotations

from io import BufferedReader, BytesIO
from typing import Literal, Protocol


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
