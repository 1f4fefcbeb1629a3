"""SHA-256 of files, masks and code, the same on every machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable, opened

_CODE_SUFFIXES = frozenset({".py", ".j2", ".css", ".js", ".yaml"})
_PACKAGE = Path(__file__).parents[1]


def file_hash(path: Readable) -> str:
    """Hash a file's bytes, to 64 hexadecimal digits.

    Raises:
        InputError: The file cannot be read.
    """
    try:
        with opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r} ({error.strerror or error})") from error


def pixel_hash(mask: np.ndarray) -> str:
    """Hash the pixels of a mask, (H, W) or (1, H, W), exactly 0 or 1, whatever its file format or number type.

    The string `HEIGHTxWIDTH` and a line feed are hashed, then the pixels row by row, eight to a byte, the first in the
    highest bit; the last byte is padded with zeros.
    """
    height, width = mask.shape[-2:]
    digest = hashlib.sha256(f"{height}x{width}\n".encode())
    digest.update(np.packbits(mask != 0).tobytes())
    return digest.hexdigest()


def combined_hash(hashes: Mapping[str, str]) -> str:
    """Hash hashes by name, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted(hashes):
        # the lengths distinguish ("ab", "c") from ("a", "bc")
        for text in (name, hashes[name]):
            data = text.encode("utf-8", "surrogateescape")
            digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()


def code_hash(conf: Path) -> str:
    """Hash this package's sources and the YAML files in `conf`; equal in a checkout and an installed wheel."""
    return combined_hash(code_hashes(conf))


def code_hashes(conf: Path) -> dict[str, str]:
    """The hash of each file that `code_hash` hashes, by its path below `src` or `conf`, such as `src/batch.py`."""
    files = {f"src/{name}": path for name, path in _code_files(_PACKAGE) if not path.is_relative_to(_PACKAGE / "conf")}
    files |= {f"conf/{name}": path for name, path in _code_files(conf) if not path.is_relative_to(conf / "local")}
    return {name: file_hash(path) for name, path in files.items()}


def _code_files(root: Path) -> Iterator[tuple[str, Path]]:
    for path in root.rglob("*"):
        if path.suffix in _CODE_SUFFIXES and path.is_file():
            yield path.relative_to(root).as_posix(), path
