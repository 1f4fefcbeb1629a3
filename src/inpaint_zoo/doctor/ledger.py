"""What has been read, kept on disk as it is read, so that an interrupted examination goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from inpaint_zoo.errors import InputError
from inpaint_zoo.files import write_text
from inpaint_zoo.readable import Readable

Facts = TypeVar("Facts")


class Ledger(Generic[Facts]):
    """A file: first the fingerprint of what was asked, then a line for each file that was read.

    What was read for another fingerprint, or from a file that has changed since (by its size or the time of its last
    change), does not count; nor does a line that was cut off. Members of archives are read again each time.

    Args:
        path: The file; it is made, or tidied up.
        fingerprint: Of whatever the facts depend on beside the files.
        facts: From the plain values of a line to facts.

    Raises:
        InputError: It cannot be written.
    """

    def __init__(self, path: Path, fingerprint: str, facts: Callable[[Mapping[str, Any]], Facts]) -> None:
        self.path = path
        self._facts = facts
        self._lines = dict(_counting_lines(path, fingerprint))
        texts = (_text(name, *line) for name, line in self._lines.items())
        write_text(path, "".join([json.dumps({"fingerprint": fingerprint}) + "\n", *texts]))

    def known(self, path: Readable) -> Facts | None:
        """What was read from a file that has not changed since; None where nothing was."""
        stamp, values = self._lines.get(str(path), (None, {}))
        if stamp is None or stamp != _stamp(path):
            return None
        try:
            return self._facts(values)
        except (TypeError, ValueError):
            return None

    def add(self, read: Iterable[tuple[Readable, Mapping[str, Any]]]) -> None:
        """Keep what was read from some files, at once.

        Raises:
            InputError: The file cannot be written.
        """
        texts = [_text(str(path), stamp, values) for path, values in read if (stamp := _stamp(path)) is not None]
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write("".join(texts))
        except OSError as error:
            raise InputError(f"cannot write {self.path} ({error.strerror}): what was read so far is kept") from error


def _stamp(path: Readable) -> list[int] | None:
    try:
        status = path.stat() if isinstance(path, Path) else None
    except OSError:
        status = None
    return None if status is None else [status.st_size, status.st_mtime_ns]


def _text(name: str, stamp: list[int], values: Mapping[str, Any]) -> str:
    return json.dumps({"path": name, "stamp": stamp, "facts": values}) + "\n"


def _counting_lines(path: Path, fingerprint: str) -> Iterator[tuple[str, tuple[list[int], dict[str, Any]]]]:
    if not path.is_file():
        return
    with path.open(encoding="utf-8", errors="replace") as file:
        if _plain(file.readline()) != {"fingerprint": fingerprint}:
            return
        for text in file:
            line = _plain(text)
            if isinstance(line, dict) and isinstance(line.get("path"), str) and isinstance(line.get("facts"), dict):
                yield str(line["path"]), (line.get("stamp", []), dict(line["facts"]))


def _plain(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
