"""The pace of a training: images per second, and the share of its time in which steps wait for data."""

from __future__ import annotations

import time
from collections import deque
from typing import NamedTuple

_BATCHES = 50


class Speed(NamedTuple):
    """The mean pace of some batches."""

    images_per_second: float
    """Of all processes together."""
    data_wait: float
    """Share of the time in which this process waited for the next batch, in [0, 1]."""


class _Moment(NamedTuple):
    """What a clock showed at the end of a batch, and what had been counted by then."""

    seconds: float
    images: int
    waited: float


class Pace:
    """Counts images, and the time in which the next batch is fetched; the clock never goes backwards."""

    def __init__(self) -> None:
        self._images = 0
        self._waited = self._waits_since = 0.0
        self._ends: deque[_Moment] = deque(maxlen=_BATCHES)
        self._since = self._now()

    def wait(self) -> None:
        """The next batch is asked for."""
        self._waits_since = time.monotonic()

    def go_on(self) -> None:
        """The next batch is there, or there is none."""
        self._waited += time.monotonic() - self._waits_since

    def count(self, num_images: int) -> None:
        """A batch has ended."""
        self._images += num_images
        self._ends.append(self._now())

    def restart(self) -> None:
        """Forget the time until now: something else than steps took it."""
        self._ends.clear()
        self._since = self._now()

    def recent(self) -> Speed | None:
        """The pace of the last 50 batches; None if fewer than two have ended."""
        return _between(self._ends[0], self._ends[-1]) if len(self._ends) > 1 else None

    def lap(self) -> Speed | None:
        """The pace since the last lap, the last restart, or the beginning; None if no batch has ended since."""
        if not self._ends:
            return None
        since, self._since = self._since, self._ends[-1]
        return _between(since, self._since) if self._since.images > since.images else None

    def _now(self) -> _Moment:
        return _Moment(time.monotonic(), self._images, self._waited)


def _between(start: _Moment, end: _Moment) -> Speed:
    seconds = max(end.seconds - start.seconds, 1e-9)
    return Speed((end.images - start.images) / seconds, min((end.waited - start.waited) / seconds, 1.0))
