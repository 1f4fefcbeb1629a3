import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.images.reading import write_png

Command = Callable[..., Any]
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def results(command: Command, tmp_path: Path) -> Path:
    """A folder with the results of two evaluations of six tiny images, one of them with markup in its texts."""
    rng = np.random.default_rng(0)
    for number in range(6):
        write_png(tmp_path / "images" / f"{number}.png", rng.integers(0, 256, (24, 24, 3), np.uint8))
    for name in ("mean", "nearest"):
        outcome = command(
            "compare", f"data.root={tmp_path / 'images'}", "size=24", "data.num_workers=0", "lpips=false",
            "costs=false", f"methods.{name}={name}", f"notes=['{EVIL}']", f"output={tmp_path / 'results' / name}",
        )  # fmt: skip
        assert outcome.code == 0, outcome.err
    return tmp_path / "results"


def test_a_folder_of_results_becomes_a_page(command: Command, results: Path, tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text(f"# {EVIL}")
    settings = [f"output={tmp_path / 'board'}", f"title='{EVIL}'", f"cards.mean={card}"]
    outcome = command("board", results, *settings, f"data.root={tmp_path / 'images'}")
    assert (outcome.code, outcome.err) == (0, "")
    assert f"board: {tmp_path / 'board' / 'board.html'}: 2 methods of 2 files" in outcome.out
    page = (tmp_path / "board" / "board.html").read_text()
    assert EVIL not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 2 + 1 + 2  # title, card, notes of both
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/2000/svg", "")
    assert '<a href="#method-1"><bdi>mean</bdi></a>' in page
    assert "<li>psnr, ssim, l1 of 6 of 6 images follow from the images</li>" in page
    assert "not checked: that the images come from the methods" in page
    table = (tmp_path / "board" / "table.csv").read_text().splitlines()
    assert len(table) == 1 + 2 * 16
    assert command("board", results, *settings).code == 2  # a page is not replaced
    assert command("board", results, *settings, "force=true").code == 0


def test_a_mistake_is_one_line_and_leaves_nothing(command: Command, results: Path, tmp_path: Path) -> None:
    path = results / "mean" / "results.json"
    content = json.loads(path.read_text())
    content["records"][0]["metrics"]["psnr"] += 1
    path.write_text(json.dumps(content))
    output = f"output={tmp_path / 'board'}"
    for arguments, reason in (
        ([results], "mean/results.json: estimates: "),
        ([tmp_path / "none"], "does not exist: name a results.json"),
        ([tmp_path / "images"], "holds no results.json"),
        ([results / "nearest", "cards.mean=x"], "cards.mean: x is no text file"),
        ([results / "nearest", f"methods.mean={path}"], "methods.mean: no result is of this method"),
        ([results / "nearest", "data.root=none"], "data.root: none does not exist"),
        ([], "results"),
    ):
        outcome = command("board", *arguments, output)
        assert (outcome.code, outcome.err.count("\n")) == (2, 1), arguments
        assert reason in outcome.err
        assert not (tmp_path / "board").exists()
