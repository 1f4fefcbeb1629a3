from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.files.json_lines import ResultsCache

RESULTS = [{"a": 1.5}, {"b": "Ü\u2028\udce9"}]


@pytest.fixture
def cache(tmp_path: Path) -> ResultsCache:
    return ResultsCache(tmp_path / "folder" / "results.jsonl", "f")


def test_results_come_back_in_their_order(cache: ResultsCache) -> None:
    assert list(cache.results()) == []
    cache.write(RESULTS[:1])
    cache.add(RESULTS[1:])
    assert list(cache.results()) == RESULTS
    assert list(ResultsCache(cache.path, "other").results()) == []


def test_the_first_result_makes_the_file(cache: ResultsCache) -> None:
    cache.path.parent.mkdir()
    for result in RESULTS:
        cache.add([result])
    assert list(cache.results()) == RESULTS


@pytest.mark.parametrize("damage", [b'{"c": ', b"\xff\x00\n", b"[1]\nnull\n\n"])
def test_damaged_lines_do_not_count_and_harm_no_other(cache: ResultsCache, damage: bytes) -> None:
    cache.write(RESULTS)
    cache.path.write_bytes(cache.path.read_bytes() + damage)
    assert list(cache.results()) == RESULTS


def test_a_damaged_fingerprint_counts_as_another(cache: ResultsCache) -> None:
    cache.write(RESULTS)
    cache.path.write_bytes(cache.path.read_bytes()[1:])
    assert list(cache.results()) == []


def test_a_file_that_cannot_be_written_is_named(cache: ResultsCache) -> None:
    with pytest.raises(InputError, match=r"cannot write .*results\.jsonl \(No such file.*the results so far are kept"):
        cache.add(RESULTS)
