"""Which process of a training this is; known before the processes are connected, and without importing torch."""

from __future__ import annotations

import os

_RANK_VARIABLES = ("RANK", "LOCAL_RANK", "SLURM_PROCID", "NODE_RANK", "GROUP_RANK")
"""Variables in which `torchrun`, Lightning and SLURM give the numbers of the processes and machines of a training."""


def is_first_process() -> bool:
    """Whether this process of a training prints and writes results."""
    return all(os.environ.get(name, "0") == "0" for name in _RANK_VARIABLES)
