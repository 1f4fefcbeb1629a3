"""Which images a training learns from, to tell when it is resumed with others."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_text
from inpaint_zoo.files.json_file import read_json

FILE = "training_images.json"
_MAX_BYTES = 4096


def changed_images(folder: Path, names: Iterable[str]) -> str | None:
    """Note the names of the training images in a run folder.

    Args:
        folder: The run folder.
        names: The names of all images, in their order.

    Returns:
        `8 -> 9`, or `8 -> 8 with other names`, if others were noted before; otherwise None.

    Raises:
        InputError: The note cannot be written.
    """
    digest, count = hashlib.sha256(), 0
    for count, name in enumerate(names, 1):  # noqa: B007 - counts what may be an iterator
        digest.update(name.encode("utf-8", "surrogateescape") + b"\n")
    now = {"count": count, "names": digest.hexdigest()}
    before = _read(folder / FILE)
    write_text(folder / FILE, json.dumps(now) + "\n")
    if before is None or before == now:
        return None
    return f"{before['count']} -> {count}" + (" with other names" if before["count"] == count else "")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = read_json(path, _MAX_BYTES)
    except InputError:  # there is none, or it is damaged
        return None
    return found if isinstance(found, dict) and set(found) == {"count", "names"} else None
