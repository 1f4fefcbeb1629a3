import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Command = Callable[..., Any]

MODULE = """
import numpy as np
from scipy import ndimage

def right(image, mask):
    if mask.all():
        return image * 0
    places = ndimage.distance_transform_edt(mask, return_distances=False, return_indices=True)
    return image[tuple(places)]

def leaks(image, mask):
    return image

def breaks(image, mask):
    raise ValueError("<b>nothing</b> works")

def tells(image, mask):
    if mask.shape[0] % 2:
        breaks(image, mask)
    return right(image, mask)
"""


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "own_fills.py").write_text(MODULE)
    monkeypatch.delitem(sys.modules, "own_fills", raising=False)
    monkeypatch.chdir(tmp_path)
    yield
    sys.modules.pop("own_fills", None)


@pytest.mark.parametrize("method", ["own_fills:right", "opencv_telea", "opencv_navier_stokes", "mean", "nearest"])
def test_a_right_method_passes(command: Command, method: str) -> None:
    outcome = command("audit", method, "size=32")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0].startswith(f"{method}: ")
    assert "  pass     truth in the hole  other contents of the hole change nothing" in lines
    assert "FAIL" not in outcome.out
    assert max(map(len, lines)) <= 80


def test_a_fault_is_told_and_written(command: Command, tmp_path: Path) -> None:
    outcome = command("audit", "method=own_fills:leaks", "size=32", f"output={tmp_path / 'audit.json'}")
    assert outcome.code == 2
    assert outcome.err == (
        "inpaint-zoo audit: error: own_fills:leaks fails 2 of 16 tests: truth in the hole, mask polarity\n"
    )
    written = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert written["failed"] == ["truth in the hole", "mask polarity"]
    assert written["tests"]["truth in the hole"]["verdict"] == "FAIL"
    assert (written["method"], written["size"], written["protocol"]) == ("own_fills:leaks", 32, "standard")


def test_a_page_holds_texts_of_others_as_text(command: Command, tmp_path: Path) -> None:
    outcome = command("audit", "own_fills:tells", "size=32", "output=audit.html")
    assert outcome.code == 2
    page = (tmp_path / "audit.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;nothing" in page
    assert "<b>nothing" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_mistakes_are_told_in_a_line(command: Command, tmp_path: Path) -> None:
    def message(*arguments: object) -> str:
        outcome = command("audit", *arguments)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.count("\n") == 1
        return str(outcome.err)

    assert "method" in message()
    assert "is no file, no function module:name and none of mean, nearest" in message("opencv_tela")
    assert "is a folder of images" in message(_folder(tmp_path))
    assert "fails on an image of 64x64 (ValueError: <b>nothing</b> works)" in message("own_fills:breaks")
    assert "size" in message("mean", "size=8")
    assert "at most 1024" in message("mean", "size=4096")
    assert "ends in .html or .json" in message("mean", "output=audit.pdf")
    (tmp_path / "there.json").write_text("{}")
    assert "give force=true" in message("mean", "output=there.json")
    assert (tmp_path / "there.json").read_text() == "{}"


def _folder(tmp_path: Path) -> Path:
    from PIL import Image

    (tmp_path / "images").mkdir()
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "images" / "a.png")
    return tmp_path / "images"


def test_the_published_protocol_of_ctsdg_leaks(command: Command, small_checkpoint: Callable[[str], Path]) -> None:
    path = small_checkpoint("ctsdg")
    assert "pass     truth in the hole" in command("audit", path, "size=32").out
    outcome = command("audit", path, "protocol=ctsdg", "size=32")
    assert outcome.code == 2
    assert "FAIL     truth in the hole" in outcome.out


def test_a_function_is_allowed_by_the_command_line_alone(command: Command, tmp_path: Path) -> None:
    (tmp_path / "conf" / "local").mkdir(parents=True)
    (tmp_path / "conf" / "local" / "default.yaml").write_text("# @package _global_\nmethod: own_fills:right\n")
    outcome = command("audit", "--config-dir", tmp_path / "conf")
    assert outcome.code == 2
    assert "would run code" in outcome.err
    assert "own_fills" not in sys.modules


def test_a_program_is_audited_by_its_files(command: Command, tmp_path: Path) -> None:
    outcome = command("audit", f"corpus={tmp_path / 'corpus'}", "size=32")
    assert (outcome.code, outcome.err) == (0, "")
    assert "26 images and masks" in outcome.out
    outcome = command("audit", f"results={tmp_path / 'corpus' / 'images'}", "size=32")
    assert outcome.code == 2
    assert outcome.err.endswith("fails 2 of 16 tests: truth in the hole, mask polarity\n")
    assert "leave out method" in command("audit", "mean", f"corpus={tmp_path / 'other'}").err
    assert "give one of method=" in command("audit", "mean", f"results={tmp_path / 'corpus' / 'images'}").err
