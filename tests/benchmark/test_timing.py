from collections.abc import Iterator, Sequence
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.benchmark.timing import MAXIMUM_REPEATS, TimedCall, Timing, time_calls


class FakeMachine:
    """A machine of which everything is known: its rates in order, and a clock that a call moves on."""

    def __init__(self, rates: Sequence[float], seconds: Sequence[float]) -> None:
        self.rates: Iterator[float] = iter(rates)
        self.seconds: Iterator[float] = iter(seconds)
        self.best = 0.0
        self.now = 0.0
        self.trace: list[str] = []

    def __call__(self) -> float:
        self.trace.append("rate")
        rate = next(self.rates)
        self.best = max(self.best, rate)
        return rate

    def call(self) -> None:
        self.trace.append("call")
        self.now += next(self.seconds)

    def time(self, wanted: int) -> Timing:
        return time_calls(self.call, self, wanted, clock=lambda: self.now)


@pytest.mark.parametrize(
    ("before", "after", "best", "steady"),
    [
        (200, 200, 200, True),
        (200, 220, 220, True),  # 10 % apart
        (220, 200, 220, True),
        (200, 221, 221, False),
        (221, 200, 221, False),
        (85, 85, 100, True),  # 15 % below the best
        (84.9, 92, 100, False),
        (92, 84.9, 100, False),
    ],
)
def test_a_call_counts_while_the_machine_keeps_its_pace(before: float, after: float, best: float, steady: bool) -> None:
    assert TimedCall(1, before, after).is_steady(best) is steady


def test_cost_is_seconds_times_the_mean_rate_over_the_listed_operations() -> None:
    assert TimedCall(seconds=2, rate_before=190, rate_after=210).cost(gflop=261) == pytest.approx(400 / 261)


def test_every_call_stands_between_two_readings() -> None:
    machine = FakeMachine([100] * 6, [1, 3, 2])
    timing = machine.time(3)
    assert machine.trace == ["rate", "call", "rate"] * 3
    assert [call.seconds for call in timing.calls] == [1, 3, 2]
    assert (timing.seconds, timing.discarded_share, timing.is_complete) == (2, 0, True)


def test_doubtful_calls_are_repeated_and_do_not_count() -> None:
    machine = FakeMachine([100, 100, 100, 80, 70, 70, 100, 100], [1, 50, 60, 2])
    timing = machine.time(2)
    assert [call.seconds for call in timing.kept] == [1, 2]
    assert timing.seconds == 1.5
    assert timing.discarded_share == 0.5
    assert timing.costs(100) == [1, 2]


def test_a_better_rate_condemns_the_calls_before_it() -> None:
    timing = FakeMachine([100, 100, 200, 200, 200, 200], [9, 1, 2]).time(2)
    assert [call.seconds for call in timing.kept] == [1, 2]


def test_the_best_rate_of_earlier_measurements_counts() -> None:
    machine = FakeMachine([100, 100, 190, 190], [9, 1])
    machine.best = 200
    assert [call.seconds for call in machine.time(1).kept] == [1]


def test_it_gives_up_and_says_so() -> None:
    restless = [100, 100, *(100, 50) * 40]
    timing = FakeMachine(restless, [1] * 41).time(5)
    assert len(timing.calls) == 5 + MAXIMUM_REPEATS
    assert len(timing.kept) == 1
    assert not timing.is_complete


def test_nothing_kept_is_nothing_shown() -> None:
    timing = FakeMachine([100, 50] * 31, [1] * 31).time(1)
    assert (timing.seconds, timing.costs(10), timing.discarded_share) == (None, [], 1)


def test_no_calls_wanted_none_made() -> None:
    machine = FakeMachine([], [])
    timing = machine.time(0)
    assert machine.trace == []
    assert (timing.seconds, timing.discarded_share, timing.is_complete) == (None, None, True)


def test_no_listed_operations_no_cost() -> None:
    assert FakeMachine([100, 100], [1]).time(1).costs(None) == []


@settings(deadline=None, max_examples=50)
@given(st.lists(st.tuples(st.floats(50, 100), st.floats(50, 100), st.floats(0.1, 9)), min_size=36, max_size=36))
def test_what_is_kept_lies_within_the_limits(readings: list[tuple[float, float, float]]) -> None:
    machine = FakeMachine([rate for before, after, _ in readings for rate in (before, after)], [r[2] for r in readings])
    timing = machine.time(5)
    assert len(timing.kept) == 5 or len(timing.calls) == 35
    for call in timing.kept:
        assert max(call.rate_before, call.rate_after) / min(call.rate_before, call.rate_after) <= 1.1 + 1e-9
        assert min(call.rate_before, call.rate_after) >= 0.85 * machine.best - 1e-9
    if timing.kept:
        assert timing.seconds == median(call.seconds for call in timing.kept)
