"""Memory that an earlier job of this process no longer needs."""

from __future__ import annotations

import gc

import torch


def free_memory() -> None:
    """Free what only cycles of references still hold, such as the networks of a job that ran out of memory.

    Memory that torch keeps on a GPU for later is returned as well.
    """
    gc.collect()
    if torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()
