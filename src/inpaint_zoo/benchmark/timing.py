"""Timed calls on a machine that may stall: each between two readings of its rate, the doubtful ones discarded."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

MAXIMUM_DIFFERENCE = 0.10
"""Of the two rates around a call, over the lower one."""
MAXIMUM_SHORTFALL = 0.15
"""Of a rate below the best one seen."""
MAXIMUM_REPEATS = 30
"""Calls that may be repeated for one median."""


class Rate(Protocol):
    """A machine rate that remembers its best; `MachineRate` outside of tests."""

    best: float

    def __call__(self) -> float:
        """The rate now, in GFLOP/s."""


@dataclass(frozen=True)
class TimedCall:
    """One call, and the machine rate directly before and after it in GFLOP/s."""

    seconds: float
    rate_before: float
    rate_after: float

    @property
    def rate(self) -> float:
        """The mean of the two, in GFLOP/s."""
        return (self.rate_before + self.rate_after) / 2

    def cost(self, gflop: float) -> float:
        """Seconds x machine rate / listed GFLOP: 1 is the arithmetic floor of the published network."""
        return self.seconds * self.rate / gflop

    def is_steady(self, best: float) -> bool:
        """Whether the machine kept its pace, during the call and compared to its best rate in GFLOP/s."""
        low, high = sorted((self.rate_before, self.rate_after))
        return high <= (1 + MAXIMUM_DIFFERENCE) * low and low >= (1 - MAXIMUM_SHORTFALL) * best


@dataclass(frozen=True)
class Timing:
    """All calls behind one median."""

    calls: Sequence[TimedCall]
    wanted: int
    """Number of calls to keep."""
    best: float
    """Best machine rate seen until the last call, in GFLOP/s; all calls are evaluated by it."""

    @property
    def kept(self) -> list[TimedCall]:
        """The calls that count."""
        return [call for call in self.calls if call.is_steady(self.best)]

    @property
    def discarded_share(self) -> float | None:
        """Of all calls, in [0, 1]; None without calls."""
        return 1 - len(self.kept) / len(self.calls) if self.calls else None

    @property
    def seconds(self) -> float | None:
        """Median of the kept calls; None where none was kept."""
        kept = self.kept
        return statistics.median(call.seconds for call in kept) if kept else None

    @property
    def is_complete(self) -> bool:
        """Whether as many calls were kept as were asked for."""
        return len(self.kept) >= self.wanted

    def costs(self, gflop: float | None) -> list[float]:
        """The costs of the kept calls in rising order; empty where no listed figure (in GFLOP) applies."""
        return [] if gflop is None else sorted(call.cost(gflop) for call in self.kept)


def time_calls(
    call: Callable[[], object], rate: Rate, wanted: int, clock: Callable[[], float] = time.perf_counter
) -> Timing:
    """Repeat `call` until `wanted` calls could be kept, or until 30 more than that have been made.

    Args:
        call: What is timed.
        rate: Read directly before and after each call.
        wanted: Number of calls to keep.
        clock: Seconds from any start.
    """
    calls: list[TimedCall] = []
    timing = Timing(calls, wanted, rate.best)
    while not timing.is_complete and len(calls) < wanted + MAXIMUM_REPEATS:
        before = rate()
        start = clock()
        call()
        seconds = clock() - start
        calls.append(TimedCall(seconds, before, rate()))
        # a better rate than ever shows that earlier calls met a slow machine: all are evaluated again
        timing = Timing(calls, wanted, rate.best)
    return timing
