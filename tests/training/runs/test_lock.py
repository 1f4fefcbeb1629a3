import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.runtime.ranks import is_first_process
from inpaint_zoo.training.runs.lock import in_turn, is_locked, run_lock

HOLD = """
import multiprocessing, pathlib, sys, time
from inpaint_zoo.training.runs.lock import run_lock
with run_lock(pathlib.Path(sys.argv[1])):
    worker = multiprocessing.get_context("fork").Process(target=time.sleep, args=(60,))
    worker.start()
    print(worker.pid, flush=True)
    time.sleep(60)
"""


def test_a_folder_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    assert not is_locked(tmp_path)
    with run_lock(tmp_path):
        assert is_locked(tmp_path)
        with (
            pytest.raises(InputError, match=r"another process is using .*give another run_dir"),
            run_lock(tmp_path),
        ):
            pass
        assert is_locked(tmp_path)
    assert not is_locked(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_who_was_killed_holds_nothing_and_its_workers_neither(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    with holder.stdout:
        worker = int(holder.stdout.readline())
    try:
        assert is_locked(tmp_path)
        holder.kill()
        holder.wait()
        os.kill(worker, 0)  # it lives on
        assert not is_locked(tmp_path)
    finally:
        os.kill(worker, signal.SIGKILL)


def test_only_the_first_of_several_processes_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_first_process()
    with run_lock(tmp_path):
        monkeypatch.setenv("LOCAL_RANK", "1")
        assert not is_first_process()
        with run_lock(tmp_path):
            pass


def test_a_folder_that_is_not_there_is_not_held(tmp_path: Path) -> None:
    with run_lock(tmp_path / "nothing"):
        assert not is_locked(tmp_path / "nothing")


def test_a_look_does_not_keep_anybody_from_starting(tmp_path: Path) -> None:
    def look() -> None:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            is_locked(tmp_path)
            time.sleep(0.005)

    looking = multiprocessing.get_context("fork").Process(target=look)
    looking.start()
    for _ in range(30):
        with run_lock(tmp_path):
            pass
        time.sleep(0.01)
    looking.join()
    assert looking.exitcode == 0


def test_a_folder_that_was_removed_and_made_anew_is_locked_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, opened = tmp_path / "job", os.open
    folder.mkdir()

    def slow(path: Path, flags: int) -> int:
        handle = opened(path, flags)
        if path.exists():
            monkeypatch.setattr(os, "open", opened)
            path.rmdir()  # a sweep in another process finds it empty
        return handle

    monkeypatch.setattr(os, "open", slow)
    with run_lock(folder):
        monkeypatch.undo()
        assert folder.is_dir()
        assert is_locked(folder)


def test_one_after_the_other(tmp_path: Path) -> None:
    def write(number: int) -> None:
        with in_turn(tmp_path):
            before = (tmp_path / "log").read_text()
            time.sleep(0.1)
            (tmp_path / "log").write_text(f"{before}{number}")

    (tmp_path / "log").write_text("")
    processes = [multiprocessing.get_context("fork").Process(target=write, args=(number,)) for number in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert sorted((tmp_path / "log").read_text()) == ["0", "1", "2", "3"]
