"""A cache of long lists of files, for the next start."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from inpaint_zoo.data.packed import PackedImages
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import cache_folder, write_bytes

FEWEST_IMAGES = 100_000
"""Length of the shortest list that is cached."""
_VERSION = 1
_LONGEST_HEADER = 2**16


def recall(path: Path, base: str) -> PackedImages | None:
    """The images of a list from the cache; None if it is not there, is damaged, or the list has changed since.

    Args:
        path: The list.
        base: As in `PackedImages`.
    """
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        with _cache_file(path, base).open("rb") as file:
            header = json.loads(file.readline(_LONGEST_HEADER))
            if header["list"] != _identity(path, base):
                return None
            body = np.fromfile(file, np.uint8)
        if zlib.crc32(body.data) == header["crc32"]:
            return _unpacked(body, header["images"], header["masks"], base)
    return None


def remember(path: Path, images: PackedImages) -> None:
    """Store the images of a long list in the cache, if the user's cache folder can be written."""
    if len(images) < FEWEST_IMAGES:
        return
    masks = images.mask_ends is not None
    arrays = [images.starts, images.ends, images.hashes, images.mask_ends, images.text]
    parts = [array.data.cast("B") for array in arrays if array is not None]
    crc32 = functools.reduce(lambda crc, part: zlib.crc32(part, crc), parts, 0)
    with contextlib.suppress(OSError, InputError):
        header = {"list": _identity(path, images.base), "images": len(images), "masks": masks, "crc32": crc32}
        chunks = [json.dumps(header).encode() + b"\n", *parts]
        write_bytes(_cache_file(path, images.base), chunks)  # type: ignore[arg-type]  # views of bytes can be written too


def _unpacked(body: np.ndarray, num: int, masks: bool, base: str) -> PackedImages:
    numbers = body[: num * 4 * (3 + masks)].view(np.uint32).reshape(3 + masks, num)
    starts, ends, hashes = numbers[:3]
    return PackedImages(body[numbers.nbytes :], starts, ends, numbers[3] if masks else None, hashes, base)


def _identity(path: Path, base: str) -> list[Any]:
    """What differs after a list was changed or replaced, even by a file with the same modification time."""
    status = path.stat()
    times = [status.st_mtime_ns, status.st_ctime_ns]
    return [_VERSION, str(path.absolute()), base, status.st_size, status.st_ino, *times]


def _cache_file(path: Path, base: str) -> Path:
    name = hashlib.sha256(os.fsencode(path.absolute()) + b"\0" + os.fsencode(base)).hexdigest()[:32]
    return cache_folder() / "lists" / name
