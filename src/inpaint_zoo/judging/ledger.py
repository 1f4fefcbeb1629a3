"""What has been judged, kept on disk after every picture, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from inpaint_zoo.errors import InputError
from inpaint_zoo.files import write_text
from inpaint_zoo.metrics.records import Record


class Judgement(NamedTuple):
    """A record and what it took to get it."""

    record: Record
    seconds: float
    """That the method took to fill the picture."""
    sample_key: str
    """Hash of picture and mask."""


class Ledger:
    """A file a method and process: first the method's fingerprint, then a line a picture.

    What was judged under another fingerprint (other weights, protocol or code), or on another picture or mask, does not
    count. A line that was cut off by a crash does not either.

    Args:
        folder: Where the files are.
        rank: Of this process, which appends to files of its own.
    """

    def __init__(self, folder: Path, rank: int) -> None:
        self.folder = folder
        self.rank = rank
        self.judged: dict[tuple[str, str], Judgement] = {}

    def tidy(self, fingerprints: Mapping[str, str]) -> list[str]:
        """Put all that counts into one file a method; to be called by one process, before any takes up.

        Returns:
            The methods whose former results do not count any more.

        Raises:
            InputError: the folder cannot be written.
        """
        changed = []
        for title, fingerprint in fingerprints.items():
            files = self._files(title)
            lines = [line for file in files for line in _counting_lines(file, fingerprint)]
            if files and not lines:
                changed.append(title)
            write_text(self._file(title, 0), "".join(map(_text, [{"fingerprint": fingerprint}, *lines])))
            for file in files:
                if file != self._file(title, 0):
                    file.unlink()
        return changed

    def take_up(self, fingerprints: Mapping[str, str], sample_keys: Mapping[str, str]) -> None:
        """Read what was judged before.

        Args:
            fingerprints: By method.
            sample_keys: Hash of picture and mask, by the sample's name.
        """
        for title, fingerprint in fingerprints.items():
            for line in _counting_lines(self._file(title, 0), fingerprint):
                if sample_keys.get(line["name"]) == line["sample_key"]:
                    self.judged[title, line["name"]] = _judgement(title, line)

    def forget_unless(self, holds: Callable[[str, str], bool]) -> None:
        """Let only those judgements count for which `holds(title, name)`."""
        self.judged = {key: judgement for key, judgement in self.judged.items() if holds(*key)}

    def add(self, judgement: Judgement, fingerprint: str) -> None:
        """Keep one judgement, at once.

        Raises:
            InputError: the file cannot be written.
        """
        record = judgement.record
        self.judged[record.method, record.name] = judgement
        line = {key: getattr(record, key) for key in ("name", "picture", "ratio", "metrics")}
        line |= {"seconds": judgement.seconds, "sample_key": judgement.sample_key}
        path = self._file(record.method, self.rank)
        try:
            new = not path.exists()
            with path.open("a", encoding="utf-8") as file:
                file.write((_text({"fingerprint": fingerprint}) if new else "") + _text(line))
        except OSError as error:
            raise InputError(f"cannot write {path} ({error.strerror}): what was judged so far is kept") from error

    def _file(self, title: str, rank: int) -> Path:
        return self.folder / title / f"{rank}.jsonl"

    def _files(self, title: str) -> list[Path]:
        return sorted((self.folder / title).glob("*.jsonl"))


def _text(line: Mapping[str, Any]) -> str:
    return json.dumps(line) + "\n"


def _counting_lines(file: Path, fingerprint: str) -> list[dict[str, Any]]:
    """The lines of a file that was written under this fingerprint, without those that are damaged."""
    lines = list(_readable(file.read_text(encoding="utf-8", errors="replace").splitlines()))
    return lines[1:] if lines and lines[0].get("fingerprint") == fingerprint else []


def _readable(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            content = json.loads(line)
        except ValueError:
            continue
        if isinstance(content, dict):
            yield content


def _judgement(title: str, line: Mapping[str, Any]) -> Judgement:
    record = Record(title, line["name"], line["picture"], line["ratio"], line["metrics"])
    return Judgement(record, line["seconds"], line["sample_key"])
