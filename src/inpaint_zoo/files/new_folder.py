"""Folders that several processes make at the same time, each its own."""

from __future__ import annotations

import contextlib
import itertools
from pathlib import Path

from inpaint_zoo.errors import InputError


def make_new_folder(folder: Path) -> Path:
    """Make a folder that does not exist yet: `folder`, or with `_2`, `_3`, … behind its name.

    Raises:
        InputError: It cannot be made.
    """
    names = itertools.chain([folder.name], (f"{folder.name}_{number}" for number in itertools.count(2)))
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        while True:
            path = folder.with_name(next(names))
            with contextlib.suppress(FileExistsError):
                path.mkdir()
                return path
    except OSError as error:
        raise InputError(f"cannot make the folder {folder}: {error.strerror}") from error
