from collections.abc import Iterator
from pathlib import Path

import pytest

from inpaint_zoo.benchmark.method_cost import remembered
from inpaint_zoo.evaluation.report import Cost

COSTS = [Cost(parameters=number, gflop=0.5, seconds=1.0) for number in range(3)]


@pytest.fixture
def measured() -> Iterator[Cost]:
    """Another cost for each measurement."""
    return iter(COSTS)


def test_a_cost_is_measured_once_for_a_fingerprint(tmp_path: Path, measured: Iterator[Cost]) -> None:
    path = tmp_path / "cost.json"
    found = [remembered(path, fingerprint, lambda: next(measured)) for fingerprint in "aabba"]
    assert found == [COSTS[0], COSTS[0], COSTS[1], COSTS[1], COSTS[2]]


@pytest.mark.parametrize("text", ["", "[]", '{"fingerprint": "a"}', '{"fingerprint": "a", "cost": {"colour": 1}}'])
def test_what_is_damaged_is_measured_again(tmp_path: Path, measured: Iterator[Cost], text: str) -> None:
    path = tmp_path / "cost.json"
    path.write_text(text)
    assert [remembered(path, "a", lambda: next(measured)) for _ in range(2)] == [COSTS[0], COSTS[0]]
