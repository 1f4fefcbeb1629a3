"""Files are read once, by any number of processes, and remembered as they are read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from inpaint_zoo.data.audit.cache import FactsCache
from inpaint_zoo.data.audit.reading import examined
from inpaint_zoo.files.source import Readable

NUM_FILES = 20


@dataclass(frozen=True)
class Facts:
    text: str


def examine(path: Readable) -> Facts:
    with path.open("rb") as file:
        return Facts(file.read().decode())


def fail(path: Readable) -> Facts:
    raise AssertionError(f"{path} was read")


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    files = [tmp_path / f"{number}.txt" for number in range(NUM_FILES)]
    for number, file in enumerate(files):
        file.write_text(f"text {number}")
    return files


def cache(folder: Path) -> FactsCache[Facts]:
    return FactsCache(folder / "facts.jsonl", "f", Facts)


@pytest.mark.parametrize("num_workers", [0, 2])
def test_every_file_is_read_in_order_and_never_again(paths: list[Path], tmp_path: Path, num_workers: int) -> None:
    expected = [(number, Facts(f"text {number}")) for number in range(NUM_FILES)]
    assert list(examined(paths, examine, cache(tmp_path), num_workers)) == expected
    assert list(examined(paths, fail, cache(tmp_path), 0)) == expected


def test_what_was_read_before_an_interruption_is_kept(paths: list[Path], tmp_path: Path) -> None:
    reading = examined(paths, examine, cache(tmp_path), 0)
    for _ in range(9):
        next(reading)
    reading.close()  # type: ignore[attr-defined]
    known = cache(tmp_path)
    assert [known.known(path) is not None for path in paths] == [True] * 16 + [False] * 4


def test_known_files_come_first(paths: list[Path], tmp_path: Path) -> None:
    list(examined(paths[5:7], examine, cache(tmp_path), 0))
    places = [place for place, _ in examined(paths, examine, cache(tmp_path), 0)]
    assert places == [5, 6, *range(5), *range(7, NUM_FILES)]
