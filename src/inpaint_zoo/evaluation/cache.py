"""The results of an evaluation on disk, written after every image, so that an interrupted evaluation can resume."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from inpaint_zoo.files.json_lines import ResultsCache
from inpaint_zoo.metrics.records import Record


class CachedRecord(NamedTuple):
    """A record and what is stored with it."""

    record: Record
    seconds: float
    """Time in which the method filled the image."""
    sample_key: str
    """Hash of image and mask."""


class EvaluationCache:
    """The records of an evaluation: one `ResultsCache` per method and process, with one line per image.

    Records with another fingerprint (other weights, protocol or code), or of another image or mask, are not used.

    Args:
        folder: Folder of the files.
        rank: Rank of this process, which appends to its own files.
    """

    def __init__(self, folder: Path, rank: int) -> None:
        self.folder = folder
        self.rank = rank
        self.records: dict[tuple[str, str], CachedRecord] = {}
        """By method and name of the sample."""

    def merge(self, fingerprints: Mapping[str, str]) -> list[str]:
        """Merge the valid records of all processes into one file per method.

        To be called in one process, before any process calls `load`.

        Returns:
            The methods whose earlier records are all invalid.

        Raises:
            InputError: The folder cannot be written.
        """
        changed = []
        for title, fingerprint in fingerprints.items():
            files = sorted((self.folder / title).glob("*.jsonl"))
            lines = [line for file in files for line in ResultsCache(file, fingerprint).results()]
            if files and not lines:
                changed.append(title)
            merged = self._file(title, 0, fingerprint)
            merged.write(lines)
            for file in files:
                if file != merged.path:
                    file.unlink()
        return changed

    def load(self, fingerprints: Mapping[str, str], sample_keys: Mapping[str, str]) -> None:
        """Read the valid records of earlier evaluations.

        Args:
            fingerprints: By method.
            sample_keys: Hash of image and mask, by the sample's name.
        """
        for title, fingerprint in fingerprints.items():
            for line in self._file(title, 0, fingerprint).results():
                if sample_keys.get(line["name"]) == line["sample_key"]:
                    record = Record(title, line["name"], line["photograph"], line["ratio"], line["metrics"])
                    self.records[title, record.name] = CachedRecord(record, line["seconds"], line["sample_key"])

    def keep_only(self, is_valid: Callable[[str, str], bool]) -> None:
        """Forget the records for which `is_valid(method, name)` is false; the files stay as they are."""
        self.records = {key: cached for key, cached in self.records.items() if is_valid(*key)}

    def add(self, cached: CachedRecord, fingerprint: str) -> None:
        """Store one record at once.

        Raises:
            InputError: The file cannot be written.
        """
        record = cached.record
        self.records[record.method, record.name] = cached
        line = {key: getattr(record, key) for key in ("name", "photograph", "ratio", "metrics")}
        line |= {"seconds": cached.seconds, "sample_key": cached.sample_key}
        self._file(record.method, self.rank, fingerprint).add([line])

    def _file(self, title: str, rank: int, fingerprint: str) -> ResultsCache:
        return ResultsCache(self.folder / title / f"{rank}.jsonl", fingerprint)
