"""The first error of several processes reaches all of them."""

import threading
import time

import pytest
import torch.distributed as dist

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime import first_error
from inpaint_zoo.runtime.first_error import FirstError

LOST = RuntimeError("[/pytorch/third_party/gloo/pair.cc:553] Connection closed by peer [127.0.0.1]:1")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> dist.Store:
    monkeypatch.setattr(first_error, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(first_error, "PATIENCE", 2.0)
    return dist.HashStore()


def fail(store: dist.Store, error: Exception) -> None:
    with pytest.raises(type(error)), FirstError(store, 1, 2).told():
        raise error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputError("1.png is no image"), "1.png is no image"),
        (MemoryError(), "out of memory"),
        (KeyError("a"), "process 1 of 2 failed: KeyError"),
    ],
)
def test_a_lost_connection_is_told_by_its_reason(store: dist.Store, error: Exception, words: str) -> None:
    other = threading.Thread(target=fail, args=(store, error))
    other.start()
    with pytest.raises(InputError, match=words) as caught, FirstError(store, 0, 2, end=lambda _: None).told():
        raise LOST
    other.join()
    assert caught.value.__cause__ is LOST


def test_a_process_that_works_on_is_ended(store: dist.Store) -> None:
    told = list[str]()
    with FirstError(store, 0, 2, end=told.append).told():
        fail(store, InputError("1.png is no image"))
        deadline = time.monotonic() + 5
        while not told and time.monotonic() < deadline:
            time.sleep(0.01)
    assert told == ["1.png is no image"]


def test_a_connection_that_nobody_explains_is_one_line(store: dist.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_error, "PATIENCE", 0.1)
    lost = pytest.raises(InputError, match="the connection to another process is lost")
    with lost, FirstError(store, 0, 2).told():
        raise LOST


def test_nothing_happens_where_nothing_fails(store: dist.Store) -> None:
    with FirstError(store, 0, 2).told():
        pass
    assert not store.check(["reason"])
