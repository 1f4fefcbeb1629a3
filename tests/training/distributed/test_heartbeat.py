from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from inpaint_zoo.training.distributed.heartbeat import Heartbeat

TIMEOUT = 0.5


class Pair:
    """The heartbeats of two ranks, here in two threads of one process; their reasons to abort go to `lost`."""

    def __init__(self) -> None:
        self.lost: queue.Queue[tuple[int, str]] = queue.Queue()
        port: queue.Queue[int] = queue.Queue()

        def broadcast_from(rank: int) -> Callable[[int], int]:
            return lambda number: (port.put(number), number)[1] if rank == 0 else port.get(timeout=30)

        self.trainers: list[Any] = [
            SimpleNamespace(global_rank=rank, world_size=2, strategy=SimpleNamespace(broadcast=broadcast_from(rank)))
            for rank in range(2)
        ]
        self.heartbeats = [
            Heartbeat(timeout=TIMEOUT, abort=lambda reason, rank=rank: self.lost.put((rank, reason)))
            for rank in range(2)
        ]
        self.each(lambda heartbeat, trainer: heartbeat.setup(trainer, trainer, "fit"))

    def each(self, act: Callable[[Heartbeat, Any], object]) -> None:
        threads = [threading.Thread(target=act, args=pair) for pair in zip(self.heartbeats, self.trainers, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    monkeypatch.setenv("MASTER_ADDR", "127.0.0.1")
    pair = Pair()
    yield pair
    pair.each(lambda heartbeat, trainer: heartbeat.teardown(trainer, trainer, "fit"))


def test_processes_that_live_and_end_alike_are_left_alone(pair: Pair) -> None:
    with pytest.raises(queue.Empty):
        pair.lost.get(timeout=3 * TIMEOUT)
    pair.each(lambda heartbeat, trainer: heartbeat.teardown(trainer, trainer, "fit"))
    assert pair.lost.empty()


@pytest.mark.parametrize("silent", [0, 1])
def test_silence_is_noticed(pair: Pair, silent: int) -> None:
    heart = pair.heartbeats[silent]._exchange
    assert heart is not None
    heart._stopped.set()
    reason = f"process {silent} of 2 has sent no heartbeat for 0.5 seconds"
    assert pair.lost.get(timeout=10 * TIMEOUT) == (1 - silent, reason)


def test_a_failure_is_passed_on_before_the_silence(pair: Pair) -> None:
    pair.heartbeats[1].on_exception(pair.trainers[1], pair.trainers[1], ValueError("no such\nimage"))
    rank, reason = pair.lost.get(timeout=10 * TIMEOUT)
    assert rank == 0
    assert reason.startswith("process 1 of 2 failed on ")
    assert reason.endswith(" (ValueError: no such)")


def test_one_process_has_nobody_to_watch() -> None:
    trainer: Any = SimpleNamespace(world_size=1)
    before = threading.active_count()
    Heartbeat(timeout=TIMEOUT).setup(trainer, trainer, "fit")
    assert threading.active_count() == before
