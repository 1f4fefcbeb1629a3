"""What makes a training on a CPU faster, whatever the model."""

from __future__ import annotations

import ctypes

import torch

_MMAP_THRESHOLD, _TRIM_THRESHOLD = -3, -1  # of mallopt(3)
_MOST = 2**31 - 1


def prepare_cpu() -> None:
    """Set up this process; to be called before any thread starts.

    Gradients of narrow networks start below 1e-38, where a CPU is many times slower: they become 0. And the memory of a
    step is kept for the next one, where the C library is glibc, instead of being returned to the system and fetched
    again, page by page.
    """
    torch.set_flush_denormal(True)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _MOST)
        mallopt(_TRIM_THRESHOLD, _MOST)
