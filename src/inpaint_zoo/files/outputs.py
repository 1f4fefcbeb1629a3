"""What is there is not replaced: checks of the place of results against what it holds already."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.name_matching import few


def refuse_replacing(results: Iterable[Path], *, force: bool) -> None:
    """Refuse results that would replace something, unless the user wants it.

    Args:
        results: Where they are going to be written.
        force: Whether the user does, the key `force`.

    Raises:
        InputError: One of them is there.
    """
    there = [] if force else [str(path) for path in results if os.path.lexists(path)]
    if there:
        many = "exists" if len(there) == 1 else "exist"
        raise InputError(f"output: {few(there)} {many}: give force=true to replace what is there, or another output")


def refuse_filled(folder: Path, key: str, why: str = "") -> None:
    """Refuse a folder that holds something; one that does not exist is right.

    Args:
        folder: Gets files.
        key: The key that names it, for the message.
        why: Ends the message.

    Raises:
        InputError: It holds something.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{key}: {folder} is not empty: give a new folder{why}")


def refuse_foreign(folder: Path, names: Iterable[str], marker: str) -> None:
    """Refuse a folder in which a verb that goes on with its own results would replace those of others.

    Args:
        folder: Gets the results.
        names: What the verb writes there.
        marker: What lies there from the beginning of the verb's work on.

    Raises:
        InputError: The folder holds one of the names, but not the marker.
    """
    foreign = [name for name in names if os.path.lexists(folder / name)]
    if foreign and not os.path.lexists(folder / marker):
        raise InputError(f"output: {folder} holds {few(foreign)}, which this verb has not written: give a new folder")
