"""One file out of a tar archive from elsewhere; nothing is unpacked to the disk."""

from __future__ import annotations

import gzip
import tarfile
from typing import IO

from inpaint_zoo.errors import DamagedFileError, InputError

MOST_BYTES = 2**30
"""Of an archive, uncompressed: what is larger may be made to fill the memory."""
GZIP = b"\x1f\x8b"
"""How a compressed archive begins."""


def tar_member(file: IO[bytes], end: str) -> bytes | None:
    """The first regular file whose path ends with `end`, in a tar archive that gzip compressed; None without one.

    Raises:
        InputError: The archive is larger than `MOST_BYTES`.
        DamagedFileError: It is damaged, or something else.
    """
    try:
        with (
            gzip.open(file) as inflated,
            tarfile.open(fileobj=_Bounded(inflated, MOST_BYTES), mode="r|") as archive,  # type: ignore[call-overload]
        ):
            for member in archive:
                content = archive.extractfile(member) if member.isreg() and member.name.endswith(end) else None
                if content is not None:
                    found: bytes = content.read()
                    return found
    except InputError:
        raise
    except (
        tarfile.TarError,
        EOFError,
        OSError,
        ValueError,
    ) as error:  # zlib's error is an OSError of gzip, or EOFError
        raise DamagedFileError("it is no archive of tar and gzip, or a damaged one") from error
    return None


class _Bounded:
    """Reads up to a number of bytes, then refuses."""

    def __init__(self, file: gzip.GzipFile, most_bytes: int) -> None:
        self.file, self.left = file, most_bytes

    def read(self, size: int) -> bytes:
        data = self.file.read(size)
        self.left -= len(data)
        if self.left < 0:
            raise InputError(f"it holds more than {MOST_BYTES} bytes")
        return data
