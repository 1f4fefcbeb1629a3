from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

Command = Callable[..., Any]


def test_a_sheet_shows_every_kind_and_is_the_same_again(command: Command, tmp_path: Path) -> None:
    arguments = ["masks", "sheet", "samples=2", "size=32", "kinds=[box,free_form,half]"]
    done = command(*arguments, f"output={tmp_path}/a.png")
    assert (done.code, done.err) == (0, "")
    assert done.out == f"2 masks each of 3 kinds in {tmp_path}/a.png\n"
    assert command(*arguments, f"output={tmp_path}/b.png").code == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    sheet = np.asarray(Image.open(tmp_path / "a.png"))
    height, width = sheet.shape
    assert (height, width) == (2 * (22 + 32 + 2 + 6), 6 + 4 * (32 + 2 + 6))
    assert {60, 255} <= set(np.unique(sheet))


def test_kinds_may_be_changed_and_may_need_files(command: Command, masks: Callable[..., Path], tmp_path: Path) -> None:
    arguments = ["masks", "sheet", "size=32", f"output={tmp_path}/a.jpg"]
    kinds = "kinds=[objects,'border mask.border=touching of=box']"
    assert command(*arguments, kinds).out.startswith("6 masks each of 1 kinds")
    assert command(*arguments, kinds, f"root={masks('a.png')}").out.startswith("6 masks each of 2 kinds")
    kinds = "kinds=['exact_ratio of=objects',box]"
    assert command(*arguments, kinds).out.startswith("6 masks each of 1 kinds")
    assert command(*arguments, kinds, f"root={masks('a.png')}").out.startswith("6 masks each of 2 kinds")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["output=x.gif"], "output: the suffix is one of .png, .jpg, .jpeg; got '.gif'"),
        (["output=x.png", "kinds=[boxx]"], "mask=boxx is unknown, did you mean 'box'?"),
        (["output=x.png", "kinds=[objects]"], "kinds: there is none to be shown"),
        (["output=x.png", "samples=0"], "samples=0 must be at least 1"),
        (["output=x.png", "samples=abc"], "samples=abc must be a whole number"),
        *((["output=x.png", "size=" + size], f"size={size} must be a whole") for size in ("2.5", "[32,64]", "null")),
        (["output=x.png", "size=100000"], "size=100000, samples=6: the sheet has more than"),
        (["output=x.png", "seed=-1"], "seed=-1 must lie in"),
        (["output=x.png", "seed=abc"], "seed=abc must be a whole number"),
        *((["output=x.png", f"kinds={kinds}"], f"kinds={kinds} must be a list") for kinds in ("null", "[5]", "box")),
        (["output=x.png", "kinds=['']"], "kinds=[] must be a list"),
        (["output=null"], "output is missing: give output=PATH"),
        (["output=" + 300 * "x" + ".png"], "output: cannot write xxx"),
    ],
)
def test_a_mistake_is_one_line(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = command("masks", "sheet", *arguments)
    assert done.code == 2
    assert done.err.startswith(f"inpaint-zoo masks sheet: error: {message}")
    assert done.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
