import threading

import pytest

from inpaint_zoo.training.loggers.wandb_client import one_line, within


def test_work_that_never_ends_is_left_alone() -> None:
    with pytest.raises(TimeoutError, match=r"no answer in 0\.05 s"):
        within(0.05, threading.Event().wait)


def test_work_that_fails_or_ends() -> None:
    done: list[int] = []
    within(10, lambda: done.append(1))
    assert done == [1]
    with pytest.raises(ZeroDivisionError):
        within(10, lambda: done.append(1 // 0))


def test_errors_are_one_short_line() -> None:
    assert one_line(ValueError("a\n  b")) == "a b"
    assert one_line(ValueError()) == "ValueError"
    assert len(one_line(ValueError("x" * 1000))) == 101
