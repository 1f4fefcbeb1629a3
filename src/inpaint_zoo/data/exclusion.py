"""Leaving out images by name."""

from __future__ import annotations

import json
import logging
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.data.packed import Packed
from inpaint_zoo.data.splits import Split, select
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile

_announce = rank_zero_only(logging.getLogger(__name__).info)
_note = rank_zero_only(logging.getLogger(__name__).warning)
_MOST_BYTES = 2**30


class Exclusion:
    """The images that a text file names, one per line; lines that start with `#` are comments.

    A name stands for an image of any split, or, with `train/`, `val/` or `test/` before it, of this split. (A name that
    starts with `#` is written `./#name`; a line that starts with `"` is a JSON string, for names with line breaks.)

    Args:
        path: The file.

    Raises:
        InputError: It is missing, not a text file, or holds a quoted line that is not JSON.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self.names = frozenset(_read_names(self.path))
        self._unknown = self.names

    def rest(self, images: Sequence[ImageFile], split: Split) -> Sequence[ImageFile]:
        """The images that are not excluded, in their order.

        Raises:
            InputError: None is left.
        """
        prefix = f"{split}/"
        names = self.names | {name.removeprefix(prefix) for name in self.names if name.startswith(prefix)}
        kept, places = np.ones(len(images), bool), _places(images, names)
        kept[places] = False
        self._say_unknown({images[place].name for place in places}, split)
        num = int(kept.sum())
        if not num:
            raise InputError(f"data.exclude={str(self.path)!r} names all {len(images)} images of {split}")
        if num < len(images):
            _announce(f"{str(self.path)!r} leaves out {len(images) - num} of {len(images)} images of {split}")
        return select(images, np.flatnonzero(kept))

    def _say_unknown(self, found: set[str], split: Split) -> None:
        """Warn of names that no image has had so far, except those of other splits."""
        self._unknown -= found | {f"{split}/{name}" for name in found}
        others = tuple(f"{other}/" for other in Split if other is not split)
        unknown = sorted(name for name in self._unknown if not name.startswith(others))
        if unknown:
            _note(
                f"data.exclude={str(self.path)!r}: {len(unknown)} of {len(self.names)} names are not images of "
                f"{split}: {unknown[0]!r}{', ...' if len(unknown) > 1 else ''}"
            )


def exclusion_line(name: str) -> str:
    """A name as it is written in the file."""
    if not name.strip() or name[0] == '"' or "\n" in name or "\r" in name:
        return json.dumps(name, ensure_ascii=False)
    return f"./{name}" if name.startswith("#") else name


def _places(images: Sequence[ImageFile], names: frozenset[str]) -> list[int]:
    if isinstance(images, Packed):
        return images.places(names)
    return [place for place, image in enumerate(images) if image.name in names]


def _read_names(path: Path) -> list[str]:
    key = f"data.exclude={str(path)!r}"
    try:
        if not path.is_file() or path.stat().st_size > _MOST_BYTES:
            raise InputError(f"{key} {'is not a list of names' if path.exists() else 'does not exist'}")
        text = path.read_bytes().decode("utf-8-sig")  # bytes: reading as text would change line breaks in names
    except OSError as error:
        raise InputError(f"{key} cannot be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{key} is not a text file: give a file with the name of one image per line") from error
    # a name may end in spaces; a carriage return belongs to the line break
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return [
        _name(line, f"{key}, line {number}") for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"
    ]


def _name(line: str, where: str) -> str:
    if line[0] == '"':
        try:
            line = json.loads(line)
        except ValueError as error:
            raise InputError(
                f'{where}: {line[:80]!r} is not a JSON string: write a name that starts with " as ./"'
            ) from error
    return unicodedata.normalize("NFC", line.removeprefix("./"))
