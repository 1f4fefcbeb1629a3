"""Files of results that grow by a line per result, so that a crash loses nothing that was written before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import write_text


@dataclass(frozen=True)
class ResultsCache:
    """A JSONL file: first a fingerprint of what the results depend on, then a JSON object per result."""

    path: Path
    fingerprint: str

    def results(self) -> Iterator[dict[str, Any]]:
        """The results written for this fingerprint; lines that are damaged or cut off by a crash are ignored."""
        if not self.path.is_file():
            return
        with self.path.open(encoding="utf-8", errors="replace") as file:
            if _value(file.readline()) == self._first:
                yield from (value for line in file if isinstance(value := _value(line), dict))

    def write(self, results: Iterable[Mapping[str, Any]]) -> None:
        """Replace the file atomically by one with these results.

        Raises:
            InputError: It cannot be written.
        """
        write_text(self.path, _text([self._first, *results]))

    def add(self, results: Iterable[Mapping[str, Any]]) -> None:
        """Append results.

        Raises:
            InputError: The file cannot be written.
        """
        try:
            first = [] if self.path.exists() else [self._first]
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_text([*first, *results]))
        except OSError as error:
            raise InputError(f"cannot write {self.path} ({error.strerror}): the results so far are kept") from error

    @property
    def _first(self) -> dict[str, Any]:
        return {"fingerprint": self.fingerprint}


def _text(values: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def _value(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
