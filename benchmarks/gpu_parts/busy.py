"""The share of time in which the GPU computed, as `nvidia-smi` tells it."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Callable
from statistics import mean
from types import TracebackType
from typing import Self

QUERY = ("nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--id=0")
EVERY = 1.0
"""Seconds between two samples."""


class Utilization:
    """Samples the first GPU while the body runs; one sample is the share of the last second or so.

    Args:
        counts: Whether a sample of this moment counts.
    """

    def __init__(self, counts: Callable[[], bool]) -> None:
        self.counts = counts
        self.samples: list[float] = []
        """In [0, 1]."""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    @property
    def share(self) -> float | None:
        """The mean of all samples; None where nothing tells it."""
        return mean(self.samples) if self.samples else None

    def __enter__(self) -> Self:
        if shutil.which(QUERY[0]):
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(EVERY):
            found = subprocess.run(QUERY, capture_output=True, text=True, check=False).stdout.strip()
            if found.isdigit() and self.counts():
                self.samples.append(int(found) / 100)
