"""Signs of life between the processes of a training."""

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

from inpaint_zoo.training.distributed.launcher import give_up, network_complaint

BEATS_PER_TIMEOUT = 10
_CONNECTING = timedelta(seconds=60)


class Heartbeat(pl.Callback):
    """Ends this process with a clear line when another one is gone.

    A process that waits for another in a collective operation is told that its connection is lost when the other has
    ended, but not when the other's machine or network has, and with NCCL in neither case. A short timeout of the
    process group would say so, but also when a process is only slow: compiling, validating, or writing a checkpoint.
    So every process gives a sign of life from a thread of its own, whatever its main thread is doing.

    Args:
        timeout: Seconds without a sign of life after which a process counts as lost.
        give_up: Called with the reason, in a thread, when the main thread may never return.
    """

    def __init__(self, *, timeout: float, give_up: Callable[[str], None] = give_up) -> None:
        self.timeout = timeout
        self.give_up = give_up
        self._heart: _Heart | None = None
        self._reason: str | None = None

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Begin."""
        if trainer.world_size > 1:
            self._heart = _Heart(trainer, self.timeout, self.give_up)
            self._heart.start()

    def teardown(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """End, when all processes have got here."""
        if self._heart is not None:
            self._heart.stop("done")
            self._heart = None

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        """End; the others learn why."""
        if self._heart is not None:
            # asked for later, when nobody listens any more
            self._reason = self.reason() if network_complaint(exception) else None
            first_line = f"{type(exception).__name__}: {exception}".partition("\n")[0]
            self._heart.stop(f"failed on {socket.gethostname()} ({first_line[:160]})")
            self._heart = None

    def reason(self) -> str | None:
        """What is known of a process that is lost; a moment later than its connection, which says nothing."""
        deadline = time.monotonic() + 1.5 * self.timeout / BEATS_PER_TIMEOUT
        while self._heart is not None and time.monotonic() < deadline:
            reason = self._heart.loss()
            if reason is not None:
                return reason
            time.sleep(0.1)
        return self._reason


class _Heart:
    """What beats and listens; its state lies in a store that the first process keeps."""

    def __init__(self, trainer: pl.Trainer, timeout: float, give_up: Callable[[str], None]) -> None:
        self.rank, self.size = trainer.global_rank, trainer.world_size
        self.timeout, self.give_up = timeout, give_up
        self._stopped = threading.Event()
        self._store = self._meeting_point(trainer)
        now = time.monotonic()
        self._beats = dict.fromkeys(range(self.size), 0)
        self._heard_at = dict.fromkeys(range(self.size), now)
        self._ended: dict[int, str] = {}
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._beat, self._listen)]

    def _meeting_point(self, trainer: pl.Trainer) -> TCPStore:
        # a store of its own: that of the process group is locked while the main thread waits for something in it
        host = os.environ["MASTER_ADDR"]
        own = TCPStore(host, 0, is_master=True, wait_for_workers=False) if self.rank == 0 else None
        port = trainer.strategy.broadcast(own.port if own is not None else 0)
        return own or TCPStore(host, port, is_master=False, timeout=_CONNECTING, wait_for_workers=False)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, last_words: str) -> None:
        """Give no more signs of life; the first process, which keeps the store, waits for the last words of all."""
        self._stopped.set()
        with contextlib.suppress(dist.DistError, RuntimeError):
            self._store.set(f"end/{self.rank}", last_words)
            deadline = time.monotonic() + self.timeout
            while self.rank == 0 and last_words == "done" and time.monotonic() < deadline:
                if self._store.check([f"end/{rank}" for rank in range(self.size)]):
                    break
                time.sleep(0.05)

    def _beat(self) -> None:
        """Give signs of life and note those of the others; a machine that is gone lets this wait for ever."""
        with contextlib.suppress(dist.DistError, RuntimeError):  # the store is gone, which `_listen` will notice
            while not self._stopped.wait(self.timeout / BEATS_PER_TIMEOUT):
                self._store.add(f"beat/{self.rank}", 1)
                for rank in range(self.size):
                    beats = self._store.add(f"beat/{rank}", 0)
                    if beats != self._beats[rank]:
                        self._beats[rank], self._heard_at[rank] = beats, time.monotonic()
                    if rank not in self._ended and self._store.check([f"end/{rank}"]):
                        self._ended[rank] = self._store.get(f"end/{rank}").decode()

    def _listen(self) -> None:
        while not self._stopped.wait(self.timeout / BEATS_PER_TIMEOUT):
            reason = self.loss()
            # who failed in the same step as the others needs no help, so it has a moment for its own words
            if reason is not None and not self._stopped.wait(self.timeout / BEATS_PER_TIMEOUT):
                self.give_up(reason)

    def loss(self) -> str | None:
        """What is known of a process that is lost."""
        for rank, words in self._ended.items():
            if words != "done":
                return f"process {rank} of {self.size} {words}"
        for rank, heard_at in self._heard_at.items():
            if rank not in self._ended and time.monotonic() - heard_at > self.timeout:
                return f"process {rank} of {self.size} has given no sign of life for {self.timeout:g} seconds"
        return None
