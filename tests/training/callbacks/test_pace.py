from types import SimpleNamespace

import pytest

from inpaint_zoo.training.callbacks import pace
from inpaint_zoo.training.callbacks.pace import Pace, Speed


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


def batch(measured: Pace, clock: SimpleNamespace, *, wait: float, work: float) -> None:
    measured.wait()
    clock.seconds += wait
    measured.go_on()
    clock.seconds += work
    measured.count(4)


def test_the_share_of_time_that_is_waited_and_the_images_of_the_rest(clock: SimpleNamespace) -> None:
    measured = Pace()
    assert measured.lap() is None
    batch(measured, clock, wait=1, work=3)
    assert measured.lap() == Speed(images_per_second=1, data_wait=0.25)
    assert measured.lap() is None
    batch(measured, clock, wait=0, work=1)
    batch(measured, clock, wait=3, work=0)
    assert measured.lap() == Speed(images_per_second=2, data_wait=0.75)


def test_a_restart_forgets_what_was_before(clock: SimpleNamespace) -> None:
    measured = Pace()
    batch(measured, clock, wait=1, work=1)
    clock.seconds += 1000  # a validation
    measured.restart()
    assert measured.lap() is None
    batch(measured, clock, wait=0, work=2)
    assert measured.recent() is None
    assert measured.lap() == Speed(images_per_second=2, data_wait=0)


def test_the_recent_pace_is_that_of_fifty_batches(clock: SimpleNamespace) -> None:
    measured = Pace()
    for _ in range(10):
        batch(measured, clock, wait=100, work=100)
    for _ in range(50):
        batch(measured, clock, wait=0, work=2)
    assert measured.recent() == Speed(images_per_second=2, data_wait=0)
