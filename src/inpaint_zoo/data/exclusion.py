"""Pictures that are left out by their names."""

from __future__ import annotations

import logging
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.data.packed import Packed
from inpaint_zoo.data.source import Split, select
from inpaint_zoo.errors import InputError
from inpaint_zoo.images import PictureFile

_announce = rank_zero_only(logging.getLogger(__name__).info)
_MOST_BYTES = 2**30


class Exclusion:
    """The pictures that a text file names, one a line; lines that start with `#` are comments.

    A name is that of a picture in whatever split, or, with `train/`, `val/` or `test/` before it, in that one. (A name
    that starts with `#` is written `./#name`.)

    Args:
        path: The file.

    Raises:
        InputError: It is missing or no text.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self.names = frozenset(_read_names(self.path))

    def rest(self, pictures: Sequence[PictureFile], split: Split) -> Sequence[PictureFile]:
        """The pictures that are not excluded, in their order.

        Raises:
            InputError: None is left.
        """
        prefix = f"{split}/"
        names = self.names | {name.removeprefix(prefix) for name in self.names if name.startswith(prefix)}
        kept = np.ones(len(pictures), bool)
        kept[_places(pictures, names)] = False
        num = int(kept.sum())
        if not num:
            raise InputError(f"data.exclude={str(self.path)!r} names all {len(pictures)} pictures of {split}")
        if num < len(pictures):
            _announce(f"{str(self.path)!r} leaves out {len(pictures) - num} of {len(pictures)} pictures of {split}")
        return select(pictures, np.flatnonzero(kept))


def _places(pictures: Sequence[PictureFile], names: frozenset[str]) -> list[int]:
    if isinstance(pictures, Packed):
        return pictures.places(names)
    return [place for place, picture in enumerate(pictures) if picture.name in names]


def _read_names(path: Path) -> list[str]:
    key = f"data.exclude={str(path)!r}"
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{key} {'is no list of names' if path.exists() else 'does not exist'}")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{key} cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{key} is no text: give a file with the name of one picture a line") from error
    # a name may end in spaces, but not in the carriage return of another system's line ends
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    return [unicodedata.normalize("NFC", line.removeprefix("./")) for line in lines if line.strip() and line[0] != "#"]
