"""What C libraries say about odd files stays off the terminal, what others say does not."""

from __future__ import annotations

import io
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.jpeg import read_training_image
from inpaint_zoo.images.reading import read_image
from inpaint_zoo.runtime.library_messages import without_remarks

REMARK = b"Corrupt JPEG data: 3 extraneous bytes before marker 0xd9\n"


def odd_jpeg(path: Path) -> Path:
    file = io.BytesIO()
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (400, 600, 3), dtype=np.uint8)).save(file, "JPEG")
    data = file.getvalue()
    path.write_bytes(data[:-2] + b"\x11\x22\x33" + data[-2:])
    return path


def test_the_library_would_say_something(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    import cv2

    cv2.imread(str(odd_jpeg(tmp_path / "a.jpg")))
    assert "Corrupt JPEG data" in capfd.readouterr().err


def test_reading_for_training_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = odd_jpeg(tmp_path / "a.jpg")
    for _ in range(3):
        assert np.array_equal(read_training_image(path), read_image(path))
    assert capfd.readouterr() == ("", "")


def test_damaged_tiff_files_are_errors_of_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.tif"
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (400, 600, 3), dtype=np.uint8)).save(
        path, compression="tiff_lzw"
    )
    data = bytearray(path.read_bytes())
    data[300:900] = bytes(600)
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read as an image"):
        read_image(path)
    assert capfd.readouterr() == ("", "")


def test_what_other_threads_write_comes_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    with without_remarks():
        os.write(2, b"step 3" + REMARK + b"step 4\n")
    assert capfd.readouterr().err == "step 3step 4\n"


def test_many_threads_may_decode_at_once(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = odd_jpeg(tmp_path / "a.jpg")

    def decode(number: int) -> None:
        for _ in range(20):
            read_training_image(path)
        os.write(2, f"thread {number}\n".encode())

    threads = [threading.Thread(target=decode, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(capfd.readouterr().err.split("\n")) == ["", "thread 0", "thread 1", "thread 2", "thread 3"]
    os.write(2, b"the end\n")
    assert capfd.readouterr().err == "the end\n"


def test_a_process_that_is_forked_meanwhile_keeps_its_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with without_remarks():
        child = os.fork()
        if child == 0:
            os.write(2, b"the child\n")
            with without_remarks():
                os.write(2, REMARK)
            os._exit(0)
        os.waitpid(child, 0)
    assert capfd.readouterr().err == "the child\n"


def test_errors_pass_and_a_closed_terminal_does_no_harm(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ValueError, match="no"), without_remarks():
        raise ValueError("no")
    terminal = os.dup(2)
    os.close(2)
    try:
        with without_remarks():
            pass
    finally:
        os.dup2(terminal, 2)
        os.close(terminal)
    os.write(2, b"here\n")
    assert capfd.readouterr().err == "here\n"
