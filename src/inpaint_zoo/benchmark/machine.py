"""The machine that a benchmark ran on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Machine:
    """What seconds depend on."""

    cpu: str
    cores: int
    """That the system sees; the process may be allowed fewer."""
    threads: int
    """That torch used."""
    torch: str
    python: str
    best_rate: float
    """Best machine rate seen, in GFLOP/s; 0 where none was measured."""

    def lines(self) -> list[str]:
        """For people to read."""
        rate = f"{self.best_rate:.0f} GFLOP/s" if self.best_rate else "not measured"
        return [
            f"CPU: {self.cpu}, {self.cores} cores; {self.threads} threads",
            f"torch {self.torch}, Python {self.python}",
            f"best machine rate seen: {rate} (float32)",
        ]


def describe_machine(best_rate: float) -> Machine:
    """This machine; `best_rate` in GFLOP/s."""
    return Machine(
        cpu=cpu_model(),
        cores=os.cpu_count() or 1,
        threads=torch.get_num_threads(),
        torch=str(torch.__version__),
        python=platform.python_version(),
        best_rate=best_rate,
    )


def cpu_model() -> str:
    """The processor's name as far as the system tells it."""
    if _CPUINFO.exists():
        for line in _CPUINFO.read_text().splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


@contextmanager
def num_threads(threads: int | None) -> Iterator[None]:
    """Let torch use so many threads for a while; None leaves its own number."""
    before = torch.get_num_threads()
    torch.set_num_threads(before if threads is None else threads)
    try:
        yield
    finally:
        torch.set_num_threads(before)
