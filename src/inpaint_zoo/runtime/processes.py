"""The processes that work together: those that `torchrun` or a Trainer has started, or only this one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

import torch
import torch.distributed as dist
from torch._C._distributed_c10d import PrefixStore, Store, TCPStore  # torch.distributed lacks them for type checkers
from torch.distributed.rendezvous import rendezvous

from inpaint_zoo.runtime.first_error import FirstError

T = TypeVar("T")

_stores: list[Store] = []
"""One for each time that the processes have met in a new store; the one that hosts it must keep it."""


class Processes(NamedTuple):
    """The rank of this process and the number of processes."""

    rank: int
    size: int

    @property
    def is_first(self) -> bool:
        """Whether this process is the one that prints and writes results."""
        return self.rank == 0

    def wait(self) -> None:
        """Wait until all processes have reached this point."""
        if self.size > 1:
            dist.barrier()


def gather(own: Sequence[T]) -> list[T]:
    """Return the items of all processes, in the order of ranks, on every process."""
    if not _has_group():
        return list(own)
    parts: list[Sequence[T]] = [[] for _ in range(dist.get_world_size())]
    dist.all_gather_object(parts, list(own))
    return [item for part in parts for item in part]


@contextmanager
def joined_processes() -> Iterator[Processes]:
    """Join the processes that `torchrun` has started; without it, this is the only process."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1 or "RANK" not in os.environ:
        yield Processes(0, 1)
        return
    leave_earlier_attempts()
    store, rank, size = next(rendezvous("env://"))
    # records are Python objects on the CPU, whatever device the networks run on
    dist.init_process_group("gloo", store=store, rank=rank, world_size=size)
    errors = FirstError(PrefixStore("first_error", store), rank, size)
    try:
        with errors.told():
            yield Processes(rank, size)
    finally:
        dist.destroy_process_group()


def leave_earlier_attempts() -> None:
    """Let the processes that `torchrun` has restarted on one machine meet in a new store, hosted by the first of them.

    The store of `torchrun` outlives an attempt, and with it the addresses of processes that are gone (seen with PyTorch
    2.15): a process that is quicker than another one would connect to its predecessor's, and fail.
    """
    attempt = os.environ.get("TORCHELASTIC_RESTART_COUNT", "0")
    if attempt == "0" or os.environ.get("GROUP_WORLD_SIZE") != "1":
        return
    store, rank, _ = next(rendezvous("env://"))
    key = f"inpaint_zoo/{attempt}/{len(_stores)}"
    if rank == 0:
        own = TCPStore(os.environ["MASTER_ADDR"], 0, is_master=True, wait_for_workers=False, multi_tenant=True)
        store.set(key, str(own.port))
    _stores.append(own if rank == 0 else store)
    os.environ.update(MASTER_PORT=store.get(key).decode(), TORCHELASTIC_USE_AGENT_STORE="False")


@contextmanager
def restored_environment() -> Iterator[None]:
    """Restore `os.environ` and the number of threads after the body, and destroy a process group that it created.

    A Trainer that starts processes sets `LOCAL_RANK`, `MASTER_PORT`, `WORLD_SIZE` and more, from which the next Trainer
    in this process would conclude that it was itself started by another one. It also divides the threads among the
    processes; the next job would be slow, and not equal to the last bit to the same job alone.
    """
    variables, had_group, threads = dict(os.environ), _has_group(), torch.get_num_threads()
    try:
        yield
    finally:
        if _has_group() and not had_group:
            dist.destroy_process_group()
        os.environ.clear()
        os.environ.update(variables)
        torch.set_num_threads(threads)


def _has_group() -> bool:
    return dist.is_available() and dist.is_initialized()
