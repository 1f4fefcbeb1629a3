from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.cache import CachedRecord, EvaluationCache
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import METRICS

METHOD = "telea (fast)"
KEYS = {"a.png": "1", "Ü 'b'.png": "2"}


def cached(name: str = "a.png", psnr: float | None = 20.123456789012345, title: str = METHOD) -> CachedRecord:
    metrics = dict.fromkeys(METRICS, 0.5) | {"psnr": psnr, "lpips": None}
    return CachedRecord(Record(title, name, "photo.png", 0.25, metrics), 0.125, KEYS[name])


def opened(folder: Path, rank: int = 0, fingerprint: str = "f", keys: dict[str, str] = KEYS) -> EvaluationCache:
    cache = EvaluationCache(folder, rank)
    if rank == 0:
        cache.merge({METHOD: fingerprint})
    cache.load({METHOD: fingerprint}, keys)
    return cache


def test_records_are_read_back_as_they_were(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    expected = {(METHOD, name): cached(name, psnr) for name, psnr in zip(KEYS, (float("inf"), 1 / 3), strict=True)}
    for each in expected.values():
        cache.add(each, "f")
    assert opened(tmp_path).records == expected


def test_the_records_of_several_processes_are_merged(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path, rank=1)
    first.add(cached("a.png"), "f")
    second.add(cached("Ü 'b'.png"), "f")
    assert {name for _, name in opened(tmp_path).records} == set(KEYS)
    assert [path.name for path in (tmp_path / METHOD).iterdir()] == ["0.jsonl"]


def test_another_fingerprint_or_another_image_does_not_count(tmp_path: Path) -> None:
    opened(tmp_path).add(cached("a.png"), "f")
    assert opened(tmp_path, keys={"a.png": "other"}).records == {}
    assert len(opened(tmp_path).records) == 1
    assert EvaluationCache(tmp_path, 0).merge({METHOD: "other weights"}) == [METHOD]
    assert opened(tmp_path).records == {}


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_a_line_that_was_cut_off_does_not_count_and_harms_no_other(tmp_path: Path, cut: int) -> None:
    cache = opened(tmp_path)
    for name in KEYS:
        cache.add(cached(name), "f")
    file = tmp_path / METHOD / "0.jsonl"
    file.write_bytes(file.read_bytes()[:-cut])
    resumed = opened(tmp_path)
    assert set(resumed.records) == {(METHOD, "a.png")}
    resumed.add(cached("Ü 'b'.png"), "f")
    assert len(opened(tmp_path).records) == 2


def test_a_file_of_rubbish_counts_as_nothing(tmp_path: Path) -> None:
    (tmp_path / METHOD).mkdir()
    (tmp_path / METHOD / "3.jsonl").write_bytes(b"\xff\x00[1]\n{}\nnull\n")
    assert opened(tmp_path).records == {}


def test_records_can_be_forgotten(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    for name in KEYS:
        cache.add(cached(name), "f")
    cache.keep_only(lambda title, name: name == "a.png")
    assert set(cache.records) == {(METHOD, "a.png")}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    cache = opened(tmp_path)
    (tmp_path / METHOD / "0.jsonl").unlink()
    (tmp_path / METHOD / "0.jsonl").mkdir()
    with pytest.raises(InputError, match="the results so far are kept"):
        cache.add(cached(), "f")
