from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.cache import Judgement, Ledger
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import METRICS

METHOD = "telea (fast)"
KEYS = {"a.png": "1", "Ü 'b'.png": "2"}


def judgement(name: str = "a.png", psnr: float | None = 20.123456789012345, title: str = METHOD) -> Judgement:
    metrics = dict.fromkeys(METRICS, 0.5) | {"psnr": psnr, "lpips": None}
    return Judgement(Record(title, name, "photo.png", 0.25, metrics), 0.125, KEYS[name])


def opened(folder: Path, rank: int = 0, fingerprint: str = "f", keys: dict[str, str] = KEYS) -> Ledger:
    ledger = Ledger(folder, rank)
    if rank == 0:
        ledger.tidy({METHOD: fingerprint})
    ledger.take_up({METHOD: fingerprint}, keys)
    return ledger


def test_judgements_come_back_as_they_were(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    expected = {(METHOD, name): judgement(name, psnr) for name, psnr in zip(KEYS, (float("inf"), 1 / 3), strict=True)}
    for each in expected.values():
        ledger.add(each, "f")
    assert opened(tmp_path).judged == expected


def test_what_several_processes_judged_is_put_together(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path, rank=1)
    first.add(judgement("a.png"), "f")
    second.add(judgement("Ü 'b'.png"), "f")
    assert {name for _, name in opened(tmp_path).judged} == set(KEYS)
    assert [path.name for path in (tmp_path / METHOD).iterdir()] == ["0.jsonl"]


def test_another_fingerprint_or_another_picture_does_not_count(tmp_path: Path) -> None:
    opened(tmp_path).add(judgement("a.png"), "f")
    assert opened(tmp_path, keys={"a.png": "other"}).judged == {}
    assert len(opened(tmp_path).judged) == 1
    assert Ledger(tmp_path, 0).tidy({METHOD: "other weights"}) == [METHOD]
    assert opened(tmp_path).judged == {}


@pytest.mark.parametrize("cut", range(2, 60, 7))
def test_a_line_that_was_cut_off_does_not_count_and_harms_no_other(tmp_path: Path, cut: int) -> None:
    ledger = opened(tmp_path)
    for name in KEYS:
        ledger.add(judgement(name), "f")
    file = tmp_path / METHOD / "0.jsonl"
    file.write_bytes(file.read_bytes()[:-cut])
    resumed = opened(tmp_path)
    assert set(resumed.judged) == {(METHOD, "a.png")}
    resumed.add(judgement("Ü 'b'.png"), "f")
    assert len(opened(tmp_path).judged) == 2


def test_a_file_of_rubbish_counts_as_nothing(tmp_path: Path) -> None:
    (tmp_path / METHOD).mkdir()
    (tmp_path / METHOD / "3.jsonl").write_bytes(b"\xff\x00[1]\n{}\nnull\n")
    assert opened(tmp_path).judged == {}


def test_some_judgements_can_be_forgotten(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    for name in KEYS:
        ledger.add(judgement(name), "f")
    ledger.forget_unless(lambda title, name: name == "a.png")
    assert set(ledger.judged) == {(METHOD, "a.png")}


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    ledger = opened(tmp_path)
    (tmp_path / METHOD / "0.jsonl").unlink()
    (tmp_path / METHOD / "0.jsonl").mkdir()
    with pytest.raises(InputError, match="the results so far are kept"):
        ledger.add(judgement(), "f")
