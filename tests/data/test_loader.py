"""The loader hands out whole batches and keeps count, in the main process, of what was skipped."""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys
import threading
from collections.abc import Callable
from multiprocessing import resource_sharer
from typing import Any

import cv2
import pytest
import torch
from torch.utils.data import Dataset

from inpaint_zoo.data.loader import ResumableLoader, start_worker
from inpaint_zoo.data.skipping import SkipCount, Skipped


class Numbers(Dataset[Any]):
    """Numbers from 0 on; every third one cannot be read."""

    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> Any:
        return Skipped(f"{index}.png", "damaged") if index % 3 == 2 else torch.tensor(index)


class Threads(Numbers):
    """How many threads a worker has."""

    def __getitem__(self, index: int) -> Any:
        return torch.tensor([torch.get_num_threads(), cv2.getNumThreads()])


def plain(samples: list[Any]) -> dict[str, Any]:
    skipped = [sample for sample in samples if isinstance(sample, Skipped)]
    kept = [int(sample) for sample in samples if not isinstance(sample, Skipped)]
    return {"kept": kept} | ({"skipped": skipped} if skipped else {})


@pytest.mark.parametrize("num_workers", [0, 2])
def test_what_was_skipped_is_counted_and_taken_out_of_the_batches(num_workers: int) -> None:
    count = SkipCount()
    loader = ResumableLoader(Numbers(), skip_count=count, batch_size=2, num_workers=num_workers, collate_fn=plain)
    assert list(loader) == [{"kept": [0, 1]}, {"kept": [3]}, {"kept": [4]}]
    assert count.counts == {"2.png": 1, "5.png": 1}
    assert len(list(loader)) == 3
    assert count.counts.total() == 4


def test_a_worker_has_one_thread() -> None:
    loader = ResumableLoader(Threads(), skip_count=SkipCount(), batch_size=6, num_workers=1, collate_fn=torch.stack)
    (counts,) = torch.utils.data.DataLoader(
        Threads(), batch_size=6, num_workers=1, collate_fn=torch.stack, worker_init_fn=start_worker
    )
    assert loader.worker_init_fn is start_worker
    assert counts.tolist() == [[1, 1]] * 6 or counts.tolist() == [[1, 0]] * 6


def hung_up_on(start: Callable[[int], None]) -> None:
    """What a worker meets whose main process ends while a tensor is handed over."""
    start(0)
    tell, told = sys.excepthook, threading.Event()

    def tell_once(*error: Any) -> None:
        tell(*error)
        told.set()

    sys.excepthook = tell_once
    shared: Any = resource_sharer.DupFd(os.pipe()[0])  # type: ignore[attr-defined]
    with socket.socket(socket.AF_UNIX) as main_process:
        main_process.connect(shared._id[0])
    assert told.wait(60)


@pytest.mark.parametrize(("start", "is_silent"), [(start_worker, True), (abs, False)])
def test_a_worker_says_nothing_when_the_training_has_ended(
    start: Callable[[int], None], is_silent: bool, capfd: pytest.CaptureFixture[str]
) -> None:
    process = multiprocessing.get_context("fork").Process(target=hung_up_on, args=(start,))
    process.start()
    process.join()
    assert ("Traceback" not in capfd.readouterr().err) is is_silent


def test_it_resumes_in_the_middle_of_an_epoch_without_a_state() -> None:
    loader = ResumableLoader(Numbers(), skip_count=SkipCount(), batch_size=2, collate_fn=plain)
    assert loader.state_dict() == {}
    loader.load_state_dict({})
    assert next(iter(loader)) == {"kept": [0, 1]}
