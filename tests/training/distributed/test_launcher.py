from __future__ import annotations

import os
import subprocess
import sys

import pytest
from torch import distributed as dist

from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.errors import InputError, LostProcessError
from inpaint_zoo.runtime.first_error import connection_error
from inpaint_zoo.training.distributed import launcher as processes
from inpaint_zoo.training.distributed.launcher import abort


def test_errors_of_the_network_are_told_from_others() -> None:
    text = "[/pytorch/gloo/tcp/pair.cc:545] Read error [10.0.0.2]:139: Connection reset by peer. This is\nand more"
    said = "the connection to another process is lost (Read error [10.0.0.2]:139: Connection reset by peer)"
    assert connection_error(RuntimeError(text)) == said
    assert connection_error(dist.DistStoreError("wait timeout")) is not None
    assert connection_error(RuntimeError("shapes differ")) is None
    assert connection_error(InputError("gloo")) is None


def test_a_lost_process_is_said_in_one_line() -> None:
    line = "process 1 is gone; resume with the same command and ckpt_path=last (and run_dir= of this run)"
    assert explain(LostProcessError("process 1 is gone")) == line


@pytest.mark.parametrize(("local_rank", "lines"), [("0", 1), ("1", 0)])
def test_giving_up_ends_the_process_and_one_of_a_machine_says_why(
    local_rank: str, lines: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    codes: list[int] = []
    monkeypatch.setenv("LOCAL_RANK", local_rank)
    monkeypatch.setattr(os, "_exit", codes.append)
    abort("process 1 is gone")
    said = capsys.readouterr().err.strip()
    assert codes == [2]
    assert said.count("inpaint-zoo train: error: process 1 is gone; resume with") == lines
    assert len(said.splitlines()) == lines


def test_who_was_told_to_stop_has_not_failed() -> None:
    assert all(128 + signum in processes.STOPPED for signum in (2, 10, 15))
    assert not {0, 1, 2} & set(processes.STOPPED)


@pytest.mark.slow
def test_a_process_whose_parent_was_killed_while_it_started_ends() -> None:
    """Its parent is by then another process."""
    with subprocess.Popen([sys.executable, "-c", ""]) as killed:
        killed.wait()
    with subprocess.Popen([sys.executable, "-m", processes.__name__, str(killed.pid)], stdin=subprocess.PIPE) as child:
        try:
            assert child.wait(120) == 2
        finally:
            child.kill()
