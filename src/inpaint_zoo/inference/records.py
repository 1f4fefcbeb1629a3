"""Which results a folder holds, so that the same command makes only what is missing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import make_folder
from inpaint_zoo.files.hashing import file_hash
from inpaint_zoo.files.json_lines import ResultsCache

FOLDER = ".inpaint-zoo"
"""In the folder of the results; hidden, so that it is never taken for an image."""
_VERSION = "results of predict, 1"


class Records:
    """What was written to a folder, by which input and settings: a file of lines for each process.

    A line is added before its result is written, so that every result of ours is known. What was changed since, by
    whatever hand, has another hash and is neither taken for a result nor replaced.

    Args:
        folder: Of the results.
        rank: Of this process.
        force: Whether everything that is there is replaced.
    """

    def __init__(self, folder: Path, rank: int = 0, *, force: bool = False) -> None:
        self.folder = folder
        self.force = force
        self._own = ResultsCache(folder / FOLDER / f"{rank}.jsonl", _VERSION)
        self._lines: dict[str, list[tuple[str, str]]] = {}
        for line in self._stored():
            self._remember(str(line.get("name")), str(line.get("key")), str(line.get("sha256")))

    def holds(self, name: str, key: str) -> bool:
        """Whether a result is there, and is what this key gave.

        Raises:
            InputError: It was not written by this program, or has been changed since; it is not replaced.
        """
        path = self.folder / name
        if self.force or not os.path.lexists(path):
            return False
        sha256 = file_hash(path)
        known = self._lines.get(name, [])
        if sha256 not in {stored for _, stored in known}:
            raise InputError(
                f"{path} is there already, and is no result of predict, or was changed since: give force=true to "
                "replace it, or another output"
            )
        return (key, sha256) in known

    def add(self, name: str, key: str, sha256: str) -> None:
        """Note a result that is about to be written.

        Raises:
            InputError: The note cannot be written.
        """
        make_folder(self._own.path.parent)
        self._own.add([{"name": name, "key": key, "sha256": sha256}])
        self._remember(name, key, sha256)

    def _remember(self, name: str, key: str, sha256: str) -> None:
        self._lines.setdefault(name, []).append((key, sha256))

    def _stored(self) -> Iterator[dict[str, object]]:
        for path in sorted((self.folder / FOLDER).glob("*.jsonl")):
            yield from ResultsCache(path, _VERSION).results()
