import os
import signal
from functools import partial

import numpy as np
import pytest

from inpaint_zoo.benchmark import memory
from inpaint_zoo.benchmark.memory import (
    Memory,
    measure_memory,
    peak_here,
    peak_in_fresh_process,
    peak_of,
)
from inpaint_zoo.benchmark.subject import Case

TINY = Case("misf", 64, 1, "32", {"base_channels": 4, "num_residual_blocks": 1})


def test_a_fresh_process_does_not_inherit_the_peak_of_its_parent() -> None:
    block = np.ones(1_500_000_000, np.uint8)
    assert peak_here() > 1500
    del block
    peak = peak_in_fresh_process(TINY, "forward")
    assert peak is not None
    assert 100 < peak < 1500


def test_one_more_image_is_half_the_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    peaks = {("forward", 1): 500.0, ("step", 2): 1000.0, ("step", 4): 1500.0}
    monkeypatch.setattr(memory, "peak_in_fresh_process", lambda case, name: peaks[name, case.batch_size])
    measured = measure_memory(TINY, steps=True)
    assert measured == Memory(500, (1000, 1500))
    assert measured.per_image == 250
    assert measure_memory(TINY, steps=False) == Memory(500, ())


@pytest.mark.parametrize("steps", [(), (None, None), (1000.0, None)])
def test_what_was_not_measured_has_no_difference(steps: tuple[float | None, ...]) -> None:
    assert Memory(500, steps).per_image is None


@pytest.mark.parametrize(
    "call",
    [partial(signal.raise_signal, signal.SIGKILL), partial(exec, 'raise RuntimeError("can\'t allocate memory: you")')],
    ids=["killed", "refused"],
)
def test_too_little_memory_is_no_number(call: partial[None]) -> None:
    assert peak_of(call, "it") is None


@pytest.mark.parametrize(
    ("call", "reason"),
    [(partial(exec, "oops"), "NameError: name 'oops'"), (partial(os._exit, 3), "ended without an answer")],
    ids=["exception", "exit"],
)
def test_another_failure_is_a_bug(call: partial[None], reason: str) -> None:
    with pytest.raises(RuntimeError, match=f"(?s)memory of it failed.*{reason}"):
        peak_of(call, "it")
