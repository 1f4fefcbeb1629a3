from collections.abc import Callable
from types import ModuleType
from typing import Any

SCRIPT = "benchmarks/filling.py"


def test_a_fill_is_timed_and_its_memory_read(loaded: Callable[[str], ModuleType]) -> None:
    filling = loaded(SCRIPT)
    found = filling.measure(filling.Case("misf", (64, 64), 10, holes=2, network=filling.SMALL, fills=3))
    assert found["seconds"] > 0
    assert found["peak"] > 100
    assert 0 <= found["growth"] < 50


def test_a_case_that_is_none_is_refused(script: Callable[..., Any]) -> None:
    done = script(SCRIPT, "--cases=8k")
    assert done.code == 2
    assert "no case holds this; there are misf 1024x1024 auto" in done.err
    assert "did you mean" in script(SCRIPT, "--one", "misf 1024x1024 wholes").err
