"""Reading lists of image files: text with a path per line, text with `image<TAB>mask` lines, JSON."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from inpaint_zoo.data.packed import PackedImages, name_hashes
from inpaint_zoo.data.sources.list_cache import recall, remember
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.json_file import read_json
from inpaint_zoo.files.name_matching import few

MOST_BYTES = 2**32 - 1
"""Size of the largest list that is read."""
NUM_CHECKED = 10_000
"""Length of the longest list whose files are all checked at the start; in longer ones a missing file shows later."""
_BOM = b"\xef\xbb\xbf"
_TAB, _LINE_FEED, _RETURN = b"\t\n\r"
_CHUNK = 2**22
_UNUSABLE = re.compile("[\0\t\r\n\ud800-\udc7f\udd00-\udfff]")
"""Not allowed in a path of a JSON list; the surrogates between these ranges stand for bytes that are not UTF-8."""


def read_list(path: Path, root: Path | None, key: str) -> PackedImages:
    """Read a list of images, in the list's order.

    A file with the suffix `.json` holds a JSON list of paths. Any other file holds a path per line, or on every line
    the path of an image, a tab, and the path of its mask. Empty lines and a byte order mark are ignored.

    Args:
        path: The list.
        root: Folder of relative paths; None is the list's folder.
        key: The configuration key that named the list, for messages.

    Raises:
        InputError: The list cannot be read or is not a list of paths, an image is in it twice, or a file of a list of
            at most `NUM_CHECKED` is missing.
    """
    where = f"{key}: {str(path)!r}"
    if not path.is_file():
        raise InputError(f"{where} {'is not a file' if path.exists() else 'does not exist'}")
    base = os.path.abspath(path.parent if root is None else root)  # noqa: PTH100, links stay as they are
    images = recall(path, base)
    if images is None:
        images = _TEXT_OF.get(path.suffix.lower(), _text)(path, where, base)
        remember(path, images)
    if len(images) <= NUM_CHECKED:
        _refuse_missing(images, where)
    return images


def _text(path: Path, where: str, base: str) -> PackedImages:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{where} is larger than the {MOST_BYTES} bytes that are read")
        text = path.read_bytes()
    except OSError as error:
        raise InputError(f"{where} cannot be read ({error.strerror or error})") from error
    if b"\0" in text:
        raise InputError(f"{where} is not a text file: give a list with the path of one image per line")
    return _packed(text, where, base)


def _json(path: Path, where: str, base: str) -> PackedImages:
    values = read_json(path, MOST_BYTES)
    if not isinstance(values, list):
        given = "an object" if isinstance(values, dict) else f"{str(values)[:80]!r}"
        raise InputError(f'{where} must hold a list of paths, such as ["a.png", "b.png"], not {given}')
    for place, value in enumerate(values):
        if not isinstance(value, str) or not value or _UNUSABLE.search(value):
            raise InputError(f"{where}: entry {place} is {ascii(value)[:80]}: every entry must be the path of an image")
    return _packed("\n".join(values).encode("utf-8", "surrogateescape"), where, base)


_TEXT_OF: Mapping[str, Callable[[Path, str, str], PackedImages]] = {".json": _json}
"""The reader of a list by its suffix; others are text."""


def _packed(text: bytes, where: str, base: str) -> PackedImages:
    signs = np.frombuffer(text, np.uint8)
    breaks = _places(signs, _LINE_FEED)
    starts = np.append(np.uint32(len(_BOM) if text.startswith(_BOM) else 0), breaks + np.uint32(1))
    ends = np.append(breaks, np.uint32(len(text)))
    ends[ends > starts] -= signs[ends[ends > starts] - np.uint32(1)] == _RETURN
    filled = ends > starts
    if not filled.any():
        raise InputError(f"{where} names no image: give the path of one image per line")
    starts, ends = starts[filled], ends[filled]
    tabs, mask_ends = _places(signs, _TAB), None
    if len(tabs):
        mask_ends, ends = ends, _image_ends(text, starts, ends, tabs, where)
    hashes = name_hashes(text, starts, ends, base)
    images = PackedImages(signs, starts, ends, mask_ends, (hashes >> np.uint64(32)).astype(np.uint32), base)
    _refuse_repetitions(images, hashes, where)
    return images


def _places(signs: np.ndarray, sign: int) -> np.ndarray:
    """The places of a byte, uint32, found in chunks to save memory."""
    parts = [np.flatnonzero(signs[at : at + _CHUNK] == sign) + at for at in range(0, len(signs), _CHUNK)]
    return np.concatenate([part.astype(np.uint32) for part in parts]) if parts else np.empty(0, np.uint32)


def _image_ends(text: bytes, starts: np.ndarray, ends: np.ndarray, tabs: np.ndarray, where: str) -> np.ndarray:
    """Find the one tab of every line, between two paths."""
    per_line = np.bincount(np.searchsorted(ends, tabs, side="right"), minlength=len(ends))[: len(ends)]
    wrong = np.flatnonzero(per_line != 1)
    if not len(wrong):
        wrong = np.flatnonzero((tabs == starts) | (tabs == ends - 1))
    if len(wrong):
        start, end = starts[wrong[0]], ends[wrong[0]]
        raise InputError(
            f"{where}, line {_line(text, start)}: {text[start:end][:80].decode('utf-8', 'replace')!r} is not an "
            f"image, a tab and a mask, as other lines are: give all images a mask, or none"
        )
    return tabs


def _refuse_repetitions(images: PackedImages, hashes: np.ndarray, where: str) -> None:
    in_order = np.sort(hashes)
    if not (in_order[1:] == in_order[:-1]).any():
        return
    order = np.argsort(hashes, kind="stable")
    for place in np.flatnonzero(hashes[order[1:]] == hashes[order[:-1]]):
        first, second = int(order[place]), int(order[place + 1])
        if images[first].name == images[second].name:
            lines = [_line(images.text.tobytes(), images.starts[index]) for index in (first, second)]
            raise InputError(f"{where}: {images[first].name} is in lines {lines[0]} and {lines[1]}: keep one")


def _line(text: bytes, start: int) -> int:
    return text.count(b"\n", 0, int(start)) + 1


def _refuse_missing(images: PackedImages, where: str) -> None:
    files = [file for image in images for file in (image, getattr(image, "mask", None)) if file is not None]
    missing = [str(file.path) for file in files if not os.path.isfile(str(file.path))]  # noqa: PTH113, quick
    if missing:
        names = few([repr(path) for path in missing])
        raise InputError(
            f"{where}: {len(missing)} of {len(files)} files are missing: {names}; relative paths start from "
            f"{images.base!r}, set data.root= to start from another folder"
        )
