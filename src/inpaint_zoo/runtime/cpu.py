"""Settings of the process that make every training on a CPU faster."""

from __future__ import annotations

import contextlib
import ctypes

import torch

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # of mallopt(3)
_MAX = 2**31 - 1


def prepare_cpu() -> None:
    """Set up this process; must be called before any thread starts.

    Subnormal numbers (below 1e-38), with which a CPU is many times slower, become 0: gradients of narrow networks start
    that small. With glibc, the memory of a step is also kept for the next one, instead of being returned to the system
    and requested again page by page.
    """
    torch.set_flush_denormal(True)
    mallopt = None
    with contextlib.suppress(TypeError):  # Windows knows no library without a name
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _MAX)
        mallopt(_TRIM_THRESHOLD, _MAX)
