"""Which process of a training this is; known before the processes are connected, and without importing torch."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

_RANK_VARIABLES = ("RANK", "LOCAL_RANK", "SLURM_PROCID", "NODE_RANK", "GROUP_RANK")
"""Variables in which `torchrun`, Lightning and SLURM give the numbers of the processes and machines of a training."""
_LAUNCHED = ("TORCHELASTIC_RUN_ID", "SLURM_NTASKS", "SLURM_NTASKS_PER_NODE", "SLURM_LOCALID", "JSM_NAMESPACE_RANK")
"""Further ones, from which Lightning concludes that the process is one of several."""


def is_first_process() -> bool:
    """Whether this process of a training prints and writes results."""
    return all(os.environ.get(name, "0") == "0" for name in _RANK_VARIABLES)


def has_siblings() -> bool:
    """Whether `torchrun`, SLURM or a shell script has started several processes with one command."""
    by_variable = "RANK" in os.environ or "NODE_RANK" in os.environ
    return by_variable or int(os.environ.get("SLURM_NTASKS", "1")) > 1


@contextmanager
def own_ranks(is_alone: bool) -> Iterator[None]:
    """Hide the numbers that others gave this process for something else than the training in the body.

    Several trainings may share a job of SLURM, each in a task with a number; a `RANK` without the `WORLD_SIZE` that
    belongs to it is no number of a process. What `torchrun` has started is never alone.

    Args:
        is_alone: Whether the training has a single process.
    """
    by_torchrun = "TORCHELASTIC_RUN_ID" in os.environ and os.environ.get("WORLD_SIZE", "1") != "1"
    foreign = (*_RANK_VARIABLES, *_LAUNCHED, "WORLD_SIZE") if is_alone and not by_torchrun else ()
    if "WORLD_SIZE" not in os.environ:
        foreign = ("RANK", *foreign)
    hidden = {name: os.environ.pop(name) for name in foreign if name in os.environ}
    try:
        yield
    finally:
        os.environ.update(hidden)
