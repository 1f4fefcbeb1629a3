"""What images are read from."""

from __future__ import annotations

from io import BufferedReader, BytesIO
from typing import Literal, Protocol


class Readable(Protocol):
    """A `Path`, or what reads as one: a member of an archive. `str()` of it names it in messages."""

    def open(self, mode: Literal["rb"], /) -> BufferedReader | BytesIO:
        """Open it for reading from its first byte.

        Raises:
            OSError: It is not there, or cannot be read.
        """
        ...

    def __hash__(self) -> int:
        """Equal for equal paths."""
        ...
