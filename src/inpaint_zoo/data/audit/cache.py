"""A cache of facts about files, written as they are read, so that an interrupted audit can resume."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from inpaint_zoo.files.json_lines import ResultsCache
from inpaint_zoo.files.source import Readable

Facts = TypeVar("Facts")


class FactsCache(Generic[Facts]):
    """A `ResultsCache` with a line for each file that was read.

    Facts for another fingerprint, or of a file that has changed since (its size or modification time), are ignored.
    Members of archives are read again each time.

    Args:
        path: The file of the cache; it is created, or cleaned up.
        fingerprint: Of what the facts depend on besides the files.
        kind: The type of the facts: a dataclass of plain values.

    Raises:
        InputError: It cannot be written.
    """

    def __init__(self, path: Path, fingerprint: str, kind: type[Facts]) -> None:
        self._facts = TypeAdapter(kind)
        self._cache = ResultsCache(path, fingerprint)
        self._lines = {line["path"]: line for line in self._cache.results() if _usable(line)}
        self._cache.write(self._lines.values())

    def known(self, path: Readable) -> Facts | None:
        """The facts of a file that has not changed since; None if there are none."""
        line = self._lines.get(str(path))
        if line is None or line["stamp"] != _stamp(path):
            return None
        try:
            return self._facts.validate_python(line["facts"])
        except ValidationError:
            return None

    def add(self, read: Iterable[tuple[Readable, Mapping[str, Any]]]) -> None:
        """Append the facts of some files.

        Raises:
            InputError: The file cannot be written.
        """
        stamped = [(path, _stamp(path), facts) for path, facts in read]
        self._cache.add(
            {"path": str(path), "stamp": stamp, "facts": facts} for path, stamp, facts in stamped if stamp is not None
        )


def _usable(line: Mapping[str, Any]) -> bool:
    return isinstance(line.get("path"), str) and isinstance(line.get("facts"), dict) and line.get("stamp") is not None


def _stamp(path: Readable) -> list[int] | None:
    try:
        status = path.stat() if isinstance(path, Path) else None
    except OSError:
        status = None
    return None if status is None else [status.st_size, status.st_mtime_ns]
