from collections.abc import Callable
from typing import Any

SCRIPT = "benchmarks/metrics.py"


def test_scoring_and_intervals_are_timed(script: Callable[..., Any]) -> None:
    done = script(SCRIPT, "--images=2", "--methods=2", "--size=32", "--repeats=1", "--protocol=misf")
    assert (done.code, done.err) == (0, "")
    assert "score 2 images of 32x32, misf" in done.out
    assert "intervals of 2 methods x 2 images" in done.out


def test_nothing_to_time_is_refused(script: Callable[..., Any]) -> None:
    done = script(SCRIPT, "--images=0")
    assert done.code == 2
    assert done.err.endswith("error: --images=0 must be at least 1\n")
    assert "did you mean 'misf'" in script(SCRIPT, "--protocol=misv").err
