"""Reading tar shards by an index of their members.

Nothing is unpacked: the names of members are compared and shown, but never used as paths.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tarfile
import threading
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_bytes
from inpaint_zoo.images.reading import MAX_PIXELS

MAX_MEMBER_BYTES = 6 * MAX_PIXELS
"""Largest member that is read: the largest image with 16 bits in each of three channels, uncompressed."""

_MAX_OPEN_SHARDS = 64
"""Per process."""
_BLOCK = 512
_CHUNK = 2**20
_INDEX_VERSION = 2
_LONGEST_HEADER = 2**16
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
"""First bytes of gzip, bzip2, xz and zstd."""


class Shard(NamedTuple):
    """A tar file, and its state when the index was made."""

    path: Path
    num_bytes: int
    modified: int
    """Nanoseconds."""
    number: int
    """The inode: another file may have the same modification time."""


class Member(NamedTuple):
    """A file inside a shard; it is opened like a `Path`."""

    shard: Shard
    name: str
    """Printable."""
    offset: int
    """Of its first byte in the shard."""
    num_bytes: int

    def __str__(self) -> str:
        return f"{self.shard.path}/{self.name}"

    def open(self, mode: Literal["rb"] = "rb", /) -> io.BytesIO:
        """Its bytes, in memory.

        Raises:
            InputError: It is too large, or the shard is missing, damaged, or not the one that was indexed.
        """
        if self.num_bytes > MAX_MEMBER_BYTES:
            raise InputError(
                f"{str(self)!r} has {self.num_bytes} bytes, more than the {MAX_MEMBER_BYTES} that are read"
            )
        try:
            data = _open_shard(self.shard).read(self.num_bytes, self.offset)
        except OSError as error:
            raise InputError(f"{str(self)!r} cannot be read ({error.strerror or error})") from error
        if len(data) < self.num_bytes:
            raise InputError(f"{str(self)!r} is cut off: {str(self.shard.path)!r} became shorter, start again")
        return io.BytesIO(data)


class _Handle:
    """An open shard. It is read at explicit offsets, so that processes and threads may share it."""

    def __init__(self, shard: Shard) -> None:
        self.lock = threading.Lock()
        self.file = shard.path.open("rb", buffering=0)
        if _state(os.fstat(self.file.fileno())) != shard[1:]:
            self.file.close()
            raise InputError(f"{str(shard.path)!r} is another file than when training or evaluation began: start again")

    def read(self, num_bytes: int, offset: int) -> bytes:
        """These bytes, or fewer at the end of the file."""
        if hasattr(os, "pread"):
            return os.pread(self.file.fileno(), num_bytes, offset)
        with self.lock:  # on Windows, where processes never share an open file
            self.file.seek(offset)
            return self.file.read(num_bytes)

    def __del__(self) -> None:
        # a reader may still use it after it has left the cache
        if hasattr(self, "file"):
            self.file.close()


@lru_cache(maxsize=_MAX_OPEN_SHARDS)
def _open_shard(shard: Shard) -> _Handle:
    return _Handle(shard)


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_size, status.st_mtime_ns, status.st_ino


class Index(NamedTuple):
    """The regular files in a shard, in order."""

    shard: Shard
    names: list[bytes]
    """As they stand in the archive."""
    offsets: np.ndarray
    """int64."""
    sizes: np.ndarray
    """int64, bytes."""


def shard_index(path: Path, cache: Path) -> Index:
    """The index of a shard, from the cache if it was made from this file, else made now.

    Args:
        path: The shard, a tar file without compression.
        cache: Folder of stored indexes; if it cannot be written, nothing is stored.

    Raises:
        InputError: The shard is missing, not a tar file, compressed, damaged or cut off.
    """
    try:
        shard = Shard(path, *_state(path.stat()))
        stored = cache / f"{hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:32]}.index"
        return _stored_index(stored, shard) or _new_index(stored, shard)
    except OSError as error:
        raise InputError(f"shard {str(path)!r} cannot be read ({error.strerror or error})") from error


def _stored_index(path: Path, shard: Shard) -> Index | None:
    """The index in a file, or None if there is no valid one."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        with path.open("rb") as file:
            header = json.loads(file.readline(_LONGEST_HEADER))
            body = file.read()
        if header["shard"] == _identity(shard) and header["crc32"] == zlib.crc32(body, header["members"]):
            offsets, sizes = np.frombuffer(body, np.int64, 2 * header["members"]).reshape(2, -1)
            return Index(shard, body[offsets.nbytes * 2 :].split(b"\0")[:-1], offsets, sizes)
    return None


def _new_index(path: Path, shard: Shard) -> Index:
    members = _scan(shard)
    names = [name for name, _, _ in members]
    offsets, sizes = np.array([place for _, *place in members], np.int64).reshape(-1, 2).T.copy()
    body = offsets.tobytes() + sizes.tobytes() + b"".join(name + b"\0" for name in names)
    header = {"shard": _identity(shard), "members": len(members), "crc32": zlib.crc32(body, len(members))}
    with contextlib.suppress(InputError):  # without a writable folder, the index is made again next time
        write_bytes(path, [json.dumps(header).encode() + b"\n", body])
    return Index(shard, names, offsets, sizes)


def _identity(shard: Shard) -> list[Any]:
    return [_INDEX_VERSION, str(shard.path.absolute()), *shard[1:]]


def _scan(shard: Shard) -> list[tuple[bytes, int, int]]:
    """Name, offset and size of each file."""
    if not shard.path.is_file():
        raise InputError(f"shard {str(shard.path)!r} is not a file")
    with shard.path.open("rb") as file:
        if file.read(6).startswith(_COMPRESSED):
            raise InputError(
                f"shard {str(shard.path)!r} is compressed and cannot be read by index: unpack it to a .tar"
            )
        file.seek(0)
        try:
            with tarfile.open(fileobj=file, mode="r:", encoding="utf-8", errors="surrogateescape") as archive:
                members = _members(archive, shard)
        except (tarfile.TarError, ValueError, EOFError, OverflowError) as error:
            reason = " ".join(str(error).split())
            raise InputError(
                f"shard {str(shard.path)!r} is not a complete tar file ({reason}): copy it again"
            ) from error
        # tarfile takes a damaged header for the end; the true end is two blocks of zeros and nothing after them
        num_zeros, rest = _num_zeros(file, archive.offset, shard.num_bytes), shard.num_bytes - archive.offset
    if num_zeros == rest >= 2 * _BLOCK:
        return members
    last = f" after member {members[-1][0].decode('utf-8', 'replace')!r}" if members else ""
    if _BLOCK <= num_zeros < rest:
        raise InputError(
            f"shard {str(shard.path)!r} goes on after its end{last}: it is damaged, or several tar files put "
            f"together: copy it again, or pack its files anew"
        )
    raise InputError(f"shard {str(shard.path)!r} is damaged or cut off{last}: copy it again")


def _num_zeros(file: BinaryIO, offset: int, end: int) -> int:
    """The number of zero bytes that start at an offset."""
    file.seek(offset)
    for start in range(offset, end, _CHUNK):
        chunk = file.read(_CHUNK)
        if chunk.strip(b"\0"):
            return start - offset + len(chunk) - len(chunk.lstrip(b"\0"))
    return end - offset


def _members(archive: tarfile.TarFile, shard: Shard) -> list[tuple[bytes, int, int]]:
    members: list[tuple[bytes, int, int]] = []
    places: dict[str, tuple[int, int]] = {}
    while (member := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # tarfile keeps them all, a kilobyte each
        if member.size < 0 or member.offset_data + member.size > shard.num_bytes:
            raise ValueError(f"member {member.name!r} reaches beyond the end")
        if "\0" in member.name:
            raise ValueError(f"member {member.name!r} has a zero byte in its name")
        if member.isdir():
            continue
        places[member.name] = _place(member, places, shard)
        members.append((member.name.encode("utf-8", "surrogateescape"), *places[member.name]))
    return members


def _place(member: tarfile.TarInfo, places: Mapping[str, tuple[int, int]], shard: Shard) -> tuple[int, int]:
    """Offset and size of a file's bytes; a hard link has those of the earlier file that it links to."""
    if member.isreg() and not member.issparse():
        return member.offset_data, member.size
    if member.islnk() and member.linkname in places:
        return places[member.linkname]
    kind = "a link" if member.islnk() or member.issym() else "not a regular file"
    raise InputError(
        f"shard {str(shard.path)!r}: the member {member.name!r} is {kind}: pack the files themselves, as with "
        f"tar --dereference"
    )
