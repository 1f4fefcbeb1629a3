"""The processes that share one piece of work: those that `torchrun` or a Trainer started, or this one alone."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

import torch.distributed as dist

T = TypeVar("T")


class Processes(NamedTuple):
    """Which of how many processes this is."""

    rank: int
    size: int

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that prints and writes results."""
        return self.rank == 0

    def wait(self) -> None:
        """Until all processes are here."""
        if self.size > 1:
            dist.barrier()


def gather(own: Sequence[T]) -> list[T]:
    """The items of all processes, on each of them, in the order of ranks."""
    if not _has_group():
        return list(own)
    parts: list[Sequence[T]] = [[] for _ in range(dist.get_world_size())]
    dist.all_gather_object(parts, list(own))
    return [item for part in parts for item in part]


@contextmanager
def joined_processes() -> Iterator[Processes]:
    """Join the processes of `torchrun`; alone where there are none."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1 or "RANK" not in os.environ:
        yield Processes(0, 1)
        return
    # records are Python objects on the CPU, whatever device the networks run on
    dist.init_process_group("gloo")
    try:
        yield Processes(dist.get_rank(), dist.get_world_size())
    finally:
        dist.destroy_process_group()


@contextmanager
def own_environment() -> Iterator[None]:
    """Keep what a job does to the process to itself: afterwards, `os.environ` is what it was.

    A Trainer that starts processes leaves `LOCAL_RANK`, `MASTER_PORT`, `WORLD_SIZE` and more behind, from which the
    next Trainer in this process would conclude that it is one of those that were started. A process group that was
    made inside is destroyed.
    """
    variables, had_group = dict(os.environ), _has_group()
    try:
        yield
    finally:
        if _has_group() and not had_group:
            dist.destroy_process_group()
        os.environ.clear()
        os.environ.update(variables)


def _has_group() -> bool:
    return dist.is_available() and dist.is_initialized()


_RANKS = ("RANK", "LOCAL_RANK", "SLURM_PROCID", "NODE_RANK", "GROUP_RANK")
"""What `torchrun`, Lightning and SLURM call the numbers of processes and machines that share one training."""


def is_first_process() -> bool:
    """Whether this is the one process of a training that prints and writes results, known before any of them met."""
    return all(os.environ.get(name, "0") == "0" for name in _RANKS)
