"""Heartbeats between the ranks of a training, to notice one that is lost."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytorch_lightning as pl
from torch import distributed as dist
from torch._C._distributed_c10d import TCPStore  # torch.distributed has it, too, but not for type checkers

from inpaint_zoo.runtime.first_error import connection_error
from inpaint_zoo.training.distributed.launcher import abort

HEARTBEATS_PER_TIMEOUT = 10
_CONNECTION_TIMEOUT = timedelta(seconds=60)


class Heartbeat(pl.Callback):
    """Ends this process with a clear error message when another rank is lost.

    A rank that waits in a collective operation gets an error if another rank has ended, but not if the other's machine
    or network has failed, and with NCCL in neither case. A short timeout of the process group would also end trainings
    in which a rank is only slow: compiling, validating, or writing a checkpoint. Every rank therefore sends heartbeats
    from a separate thread, whatever its main thread is doing.

    Args:
        timeout: Seconds without a heartbeat after which a rank counts as lost.
        abort: Called with the reason, in a thread, because the main thread may never return.
    """

    def __init__(self, *, timeout: float, abort: Callable[[str], None] = abort) -> None:
        self.timeout = timeout
        self.abort = abort
        self._exchange: _HeartbeatExchange | None = None
        self._reason: str | None = None

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Start sending and receiving heartbeats."""
        if trainer.world_size > 1:
            self._exchange = _HeartbeatExchange(trainer, self.timeout, self.abort)
            self._exchange.start()

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Stop when all ranks have reached this point."""
        if self._exchange is not None:
            self._exchange.stop("done")
            self._exchange = None

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        """Stop, and give the other ranks the reason."""
        if self._exchange is not None:
            # asked for later, when the exchange has stopped
            self._reason = self.lost_process() if connection_error(exception) else None
            first_line = f"{type(exception).__name__}: {exception}".partition("\n")[0]
            self._exchange.stop(f"failed on {socket.gethostname()} ({first_line[:160]})")
            self._exchange = None

    def lost_process(self) -> str | None:
        """Describe the lost rank; waits a moment, because a heartbeat is missed later than a connection breaks."""
        deadline = time.monotonic() + 1.5 * self.timeout / HEARTBEATS_PER_TIMEOUT
        while self._exchange is not None and time.monotonic() < deadline:
            reason = self._exchange.lost_process()
            if reason is not None:
                return reason
            time.sleep(0.1)
        return self._reason


class _HeartbeatExchange:
    """Sends and receives heartbeats in two threads, through a store that the first rank hosts."""

    def __init__(self, trainer: pl.Trainer, timeout: float, abort: Callable[[str], None]) -> None:
        self.rank, self.size = trainer.global_rank, trainer.world_size
        self.timeout, self.abort = timeout, abort
        self._stopped = threading.Event()
        self._store = self._open_store(trainer)
        now = time.monotonic()
        self._beats = dict.fromkeys(range(self.size), 0)
        self._heard_at = dict.fromkeys(range(self.size), now)
        self._ended: dict[int, str] = {}
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._send_and_receive, self._watch)]

    def _open_store(self, trainer: pl.Trainer) -> TCPStore:
        # not the store of the process group, which is locked while the main thread waits in it
        host = os.environ["MASTER_ADDR"]
        own = TCPStore(host, 0, is_master=True, wait_for_workers=False) if self.rank == 0 else None
        port = trainer.strategy.broadcast(own.port if own is not None else 0)
        return own or TCPStore(host, port, is_master=False, timeout=_CONNECTION_TIMEOUT, wait_for_workers=False)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, status: str) -> None:
        """Send a final status instead of heartbeats; the first rank, which hosts the store, waits for all ranks."""
        self._stopped.set()
        with contextlib.suppress(dist.DistError, RuntimeError):
            self._store.set(f"end/{self.rank}", status)
            deadline = time.monotonic() + self.timeout
            while self.rank == 0 and status == "done" and time.monotonic() < deadline:
                if self._store.check([f"end/{rank}" for rank in range(self.size)]):
                    break
                time.sleep(0.05)

    def _send_and_receive(self) -> None:
        """Send heartbeats and note those of the others; if the machine of the store is lost, this waits forever."""
        with contextlib.suppress(dist.DistError, RuntimeError):  # the store is lost, which `_watch` will notice
            while not self._stopped.wait(self.timeout / HEARTBEATS_PER_TIMEOUT):
                self._store.add(f"beat/{self.rank}", 1)
                for rank in range(self.size):
                    beats = self._store.add(f"beat/{rank}", 0)
                    if beats != self._beats[rank]:
                        self._beats[rank], self._heard_at[rank] = beats, time.monotonic()
                    if rank not in self._ended and self._store.check([f"end/{rank}"]):
                        self._ended[rank] = self._store.get(f"end/{rank}").decode()

    def _watch(self) -> None:
        while not self._stopped.wait(self.timeout / HEARTBEATS_PER_TIMEOUT):
            reason = self.lost_process()
            # a rank that fails in the same step as the others gets a moment to report its own error
            if reason is not None and not self._stopped.wait(self.timeout / HEARTBEATS_PER_TIMEOUT):
                self.abort(reason)

    def lost_process(self) -> str | None:
        """Describe a lost rank; None if there is none."""
        for rank, status in self._ended.items():
            if status != "done":
                return f"process {rank} of {self.size} {status}"
        for rank, heard_at in self._heard_at.items():
            if rank not in self._ended and time.monotonic() - heard_at > self.timeout:
                return f"process {rank} of {self.size} has sent no heartbeat for {self.timeout:g} seconds"
        return None
