"""The ratios of mask files, measured once and kept in the user's cache."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import cache_folder, write_bytes
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import read_mask

_NUM_THREADS = 4


def measured_ratios(files: Sequence[ImageFile], *, threshold: int, invert: bool) -> list[float]:
    """The share of holes of each file, in its stored size.

    Raises:
        InputError: A file cannot be read.
    """
    states = [_state(Path(str(file.path))) for file in files]
    key = hashlib.sha256(json.dumps([threshold, invert, states]).encode()).hexdigest()
    cache = cache_folder() / f"mask_ratios_{key[:32]}.json"
    known = _read(cache, len(files))
    if known is not None:
        return known

    def measure(file: ImageFile) -> float:
        return float(np.mean((read_mask(file.path) >= threshold) != invert))

    with ThreadPoolExecutor(_NUM_THREADS) as pool:
        ratios = list(pool.map(measure, files))
    try:
        write_bytes(cache, [json.dumps(ratios).encode()])
    except InputError:
        return ratios  # without a writable cache, ratios are measured again next time
    return ratios


def _state(path: Path) -> tuple[str, int, int]:
    """What differs after a file was changed."""
    try:
        status = path.stat()
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r} ({error.strerror or error})") from error
    return os.fsencode(path.absolute()).hex(), status.st_size, status.st_mtime_ns


def _read(cache: Path, num: int) -> list[float] | None:
    """The cached ratios; None if there are none, or the cache is damaged."""
    try:
        ratios = json.loads(cache.read_bytes())
    except (OSError, ValueError):
        return None
    whole = isinstance(ratios, list) and len(ratios) == num and all(isinstance(ratio, float) for ratio in ratios)
    return ratios if whole else None
