from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import mannwhitneyu

from inpaint_zoo.benchmark.against import Verdict, against_table, read_earlier, verdict
from inpaint_zoo.benchmark.machine import Machine
from inpaint_zoo.benchmark.measure import Pass, Result
from inpaint_zoo.benchmark.record import json_text
from inpaint_zoo.benchmark.subject import Case
from inpaint_zoo.benchmark.timing import TimedCall, Timing
from inpaint_zoo.errors import InputError

MACHINE = Machine("A CPU", 64, 2, "2.15.0", "3.11.7", 200.0)
TIMES = (1.0, 1.02, 1.01, 0.99, 1.03)


def timing(seconds: Sequence[float], rate: float = 200) -> Timing:
    stalled = TimedCall(90.0, rate, rate / 2)  # never counts
    return Timing([stalled, *(TimedCall(each, rate, rate) for each in seconds)], len(seconds), rate)


def result(seconds: Sequence[float] = TIMES, rate: float = 200, **case: object) -> Result:
    forward = Pass("forward", 25_998_123, 261.0, 261, timing(seconds, rate))
    return Result(replace(Case("misf", 256, 1, "32", {}), **case), forward, None, None)


def rows(tmp_path: Path, now: Result, before: Result, machine: Machine = MACHINE) -> list[Sequence[object]]:
    (tmp_path / "benchmark.json").write_text(json_text([before], machine))
    return list(against_table([now], MACHINE, read_earlier(tmp_path / "benchmark.json")).rows)


@pytest.mark.parametrize(
    ("factor", "words"), [(1.0, "no difference seen"), (1.2, "20% slower"), (0.5, "50% faster"), (1.001, "no diff")]
)
def test_the_verdict_knows_the_noise(tmp_path: Path, factor: float, words: str) -> None:
    ((model, name, ratio, p, said),) = rows(tmp_path, result([factor * each for each in TIMES]), result())
    assert (model, name, ratio) == ("misf", "forward", f"{factor:.3f}")
    assert p == f"{mannwhitneyu([factor * each for each in TIMES], TIMES).pvalue:.3f}"
    assert str(said).startswith(words)


def test_a_machine_that_was_slower_at_that_moment_is_allowed_for(tmp_path: Path) -> None:
    ((*_, ratio, _, said),) = rows(tmp_path, result([2 * each for each in TIMES], rate=100), result())
    assert (ratio, said) == ("1.000", "no difference seen")


@pytest.mark.parametrize("changed", [{"size": 128}, {"model": "madf"}, {"precision": "bf16"}, {"batch_size": 2}])
def test_other_conditions_are_not_compared(tmp_path: Path, changed: dict[str, object]) -> None:
    assert rows(tmp_path, result(**changed), result())[0][2:] == ["–", "–", "not measured in both"]


def test_files_without_newer_conditions_are_compared(tmp_path: Path) -> None:
    text = json_text([result()], MACHINE).replace('"activation_checkpointing": false', '"of_later": null')
    (tmp_path / "old.json").write_text(text)
    table = against_table([result()], MACHINE, read_earlier(tmp_path / "old.json"))
    assert table.rows[0][2] == "1.000"
    assert not table.note


def test_few_calls_are_too_few() -> None:
    assert verdict(TIMES[:3], TIMES) == Verdict(pytest.approx(1.0), None)
    assert str(verdict(TIMES[:3], TIMES)) == "too few calls (at least 4 on both sides)"


def test_another_machine_is_said(tmp_path: Path) -> None:
    (tmp_path / "benchmark.json").write_text(json_text([result()], replace(MACHINE, cpu="B", threads=4)))
    note = against_table([result()], MACHINE, read_earlier(tmp_path / "benchmark.json")).note
    assert note == "Measured on another machine: cpu, threads differ."


@pytest.mark.parametrize("content", ["", "[]", '{"machine": {}, "results": []}', '{"results": 3}'])
def test_what_is_no_benchmark_is_one_line(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(InputError, match=r"against: .*x\.json is not a benchmark\.json of `benchmark output=`"):
        read_earlier(tmp_path / "x.json")
