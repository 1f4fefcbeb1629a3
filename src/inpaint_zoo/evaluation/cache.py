"""What has been evaluated, kept on disk after every image, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from inpaint_zoo.files.json_lines import ResultsCache
from inpaint_zoo.metrics.records import Record


class CachedRecord(NamedTuple):
    """A record and what it took to get it."""

    record: Record
    seconds: float
    """That the method took to fill the image."""
    sample_key: str
    """Hash of image and mask."""


class Ledger:
    """A `ResultsCache` for each method and process, with a line for each image.

    What was evaluated under another fingerprint (other weights, protocol or code), or on another image or mask, does
    not count.

    Args:
        folder: Where the files are.
        rank: Of this process, which appends to files of its own.
    """

    def __init__(self, folder: Path, rank: int) -> None:
        self.folder = folder
        self.rank = rank
        self.evaluated: dict[tuple[str, str], CachedRecord] = {}

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
            lines = [line for file in files for line in ResultsCache(file, fingerprint).results()]
            if files and not lines:
                changed.append(title)
            whole = self._cache(title, 0, fingerprint)
            whole.write(lines)
            for file in files:
                if file != whole.path:
                    file.unlink()
        return changed

    def take_up(self, fingerprints: Mapping[str, str], sample_keys: Mapping[str, str]) -> None:
        """Read what was evaluated before.

        Args:
            fingerprints: By method.
            sample_keys: Hash of image and mask, by the sample's name.
        """
        for title, fingerprint in fingerprints.items():
            for line in self._cache(title, 0, fingerprint).results():
                if sample_keys.get(line["name"]) == line["sample_key"]:
                    self.evaluated[title, line["name"]] = _cached_record(title, line)

    def forget_unless(self, holds: Callable[[str, str], bool]) -> None:
        """Let only those cached_records count for which `holds(title, name)`."""
        self.evaluated = {key: cached for key, cached in self.evaluated.items() if holds(*key)}

    def add(self, cached: CachedRecord, fingerprint: str) -> None:
        """Keep one cached, at once.

        Raises:
            InputError: the file cannot be written.
        """
        record = cached.record
        self.evaluated[record.method, record.name] = cached
        line = {key: getattr(record, key) for key in ("name", "photograph", "ratio", "metrics")}
        line |= {"seconds": cached.seconds, "sample_key": cached.sample_key}
        self._cache(record.method, self.rank, fingerprint).add([line])

    def _cache(self, title: str, rank: int, fingerprint: str) -> ResultsCache:
        return ResultsCache(self.folder / title / f"{rank}.jsonl", fingerprint)

    def _files(self, title: str) -> list[Path]:
        return sorted((self.folder / title).glob("*.jsonl"))


def _cached_record(title: str, line: Mapping[str, Any]) -> CachedRecord:
    record = Record(title, line["name"], line["photograph"], line["ratio"], line["metrics"])
    return CachedRecord(record, line["seconds"], line["sample_key"])
