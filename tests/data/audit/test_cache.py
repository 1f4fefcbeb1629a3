"""The cache of facts: what counts after a crash, a change of a file, a change of the code."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from inpaint_zoo.data.audit.cache import FactsCache
from inpaint_zoo.data.shards.index import Member, Shard


@dataclass(frozen=True)
class Facts:
    ratio: float


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    path.write_bytes(b"x")
    return path


def opened(folder: Path, fingerprint: str = "f") -> FactsCache[Facts]:
    return FactsCache(folder / "facts.jsonl", fingerprint, Facts)


def test_a_damaged_line_counts_as_nothing(tmp_path: Path, file: Path) -> None:
    opened(tmp_path).add([(file, asdict(Facts(0.5)))])
    assert opened(tmp_path).known(file) == Facts(0.5)
    path = tmp_path / "facts.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert opened(tmp_path).known(file) is None
    path.write_bytes(whole + b"\xff\x00[1]\n{}\n")
    assert opened(tmp_path).known(file) == Facts(0.5)
    path.write_bytes(whole.replace(b"0.5", b'"x"'))
    assert opened(tmp_path).known(file) is None


@pytest.mark.parametrize("change", ["size", "time"])
def test_a_file_that_has_changed_is_not_known(tmp_path: Path, file: Path, change: str) -> None:
    opened(tmp_path).add([(file, asdict(Facts(0.5)))])
    before = file.stat().st_mtime_ns
    if change == "size":
        file.write_bytes(b"xx")
    os.utime(file, ns=(1, before if change == "size" else 1))
    assert opened(tmp_path).known(file) is None


def test_facts_for_another_fingerprint_are_forgotten(tmp_path: Path, file: Path) -> None:
    opened(tmp_path).add([(file, asdict(Facts(0.5)))])
    assert opened(tmp_path, "other code").known(file) is None
    assert opened(tmp_path).known(file) is None


def test_members_of_archives_are_not_kept(tmp_path: Path) -> None:
    member = Member(Shard(tmp_path / "x.tar", 1, 1, 1), "a.png", 0, 1)
    opened(tmp_path).add([(member, asdict(Facts(0.5)))])
    assert opened(tmp_path).known(member) is None
    assert (tmp_path / "facts.jsonl").read_text().splitlines() == ['{"fingerprint": "f"}']
