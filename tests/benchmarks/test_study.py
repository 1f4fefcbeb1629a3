from collections.abc import Callable
from typing import Any

import pytest

SCRIPT = "benchmarks/study.py"


def test_prints_how_often_intervals_hold_the_truth(
    loaded: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    module = loaded(SCRIPT)
    monkeypatch.setattr(module, "SIZES", ((8, 12, 12),))
    monkeypatch.setattr(module, "SPREADS", ((0.0, 0.0), (1.5, 1.5)))
    monkeypatch.setattr(module, "DRAWS", 20_000)
    monkeypatch.setattr("sys.argv", [SCRIPT, "--trials=40"])
    module.main()
    _, _, same, different = [line.split(" | ") for line in capsys.readouterr().out.strip().splitlines()]
    assert same[:5] == ["| 8", "12", "12", "0.0", "0.0"]
    assert different[3:5] == ["1.5", "1.5"]
    numbers = [[float(number.rstrip(" |")) for number in row[5:]] for row in (same, different)]
    assert min(numbers[0]) > 85
    assert min(numbers[1][:2]) > 85
    assert numbers[1][2] < 70  # votes of one person, or on one photograph, are not independent
