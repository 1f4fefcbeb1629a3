from collections.abc import Callable
from typing import Any


def test_scoring_and_intervals_are_timed(command: Callable[..., Any]) -> None:
    done = command("benchmark", "metrics", "images=2", "methods=2", "size=32", "repeats=1")
    assert (done.code, done.err) == (0, "")
    assert "score 2 images of 32x32, standard" in done.out
    assert "intervals of 2 methods x 2 images" in done.out


def test_nothing_to_time_is_refused(command: Callable[..., Any]) -> None:
    done = command("benchmark", "metrics", "images=0")
    assert done.code == 2
    assert done.err.startswith("inpaint-zoo benchmark metrics: error: images=0")
