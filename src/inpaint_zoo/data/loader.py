"""The data loader: worker processes, and what they skipped."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils.data import DataLoader

from inpaint_zoo.data.dataset import Sample
from inpaint_zoo.data.skipping import SkipCount, collate


class ResumableLoader(DataLoader[Sample]):
    """A loader that Lightning may resume in the middle of an epoch; the data module holds the position.

    Args:
        dataset: As in `DataLoader`.
        skip_count: Counts images that were skipped.
        **options: As in `DataLoader`.
    """

    def __init__(self, dataset: Any, *, skip_count: SkipCount, **options: Any) -> None:
        super().__init__(dataset, **({"collate_fn": collate, "worker_init_fn": start_worker} | options))
        self.skip_count = skip_count

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        """Iterate over batches; images skipped in them are counted here, in the main process."""
        with _sigterm_held():  # workers are started with it held
            return self._counted(super().__iter__())

    def _counted(self, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            self.skip_count.take_from(batch)
            yield batch

    def state_dict(self) -> dict[str, Any]:
        """Nothing."""
        return {}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Nothing: the sampler asks the data module for the position."""


@contextmanager
def _sigterm_held() -> Iterator[None]:
    """Receive a SIGTERM only after the body."""
    if not hasattr(signal, "sigwaitinfo"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def start_worker(worker: int) -> None:
    """Limit a worker to one thread, as there are several workers, and let it be silent when the training has ended.

    Errors of samples are raised in the main process. What is left is the thread that hands over tensors: it would show
    a traceback where the main process closes its connections, as after another worker was killed. A SIGTERM for all
    processes, as SLURM, `timeout` and `torchrun` send it, is one for the main process, which stops when it has saved.
    """
    if hasattr(signal, "sigwaitinfo"):  # not on every system; without it, nobody knows who has sent a signal
        threading.Thread(target=_obey, args=(os.getppid(),), daemon=True).start()
    import cv2  # noqa: PLC0415 - albumentations uses its threads; needed in workers only

    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    sys.excepthook = lambda *_: None


def _obey(main_process: int) -> None:
    """End this process when the main process says so, and nobody else."""
    while signal.sigwaitinfo({signal.SIGTERM}).si_pid != main_process:
        pass
    os._exit(0)
