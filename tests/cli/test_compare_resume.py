"""An interrupted comparison resumes, and repeats only what has changed."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from inpaint_zoo.evaluation.methods import fills
from inpaint_zoo.images.reading import read_image, write_png
from inpaint_zoo.metrics.records import read_records

Command = Callable[..., Any]
Images = Callable[..., Path]


class Spy:
    """Counts the images that a fill is given, and fails at one of them if told to."""

    def __init__(self) -> None:
        self.calls = 0
        self.fails_at: int | None = None

    def __call__(self, image: np.ndarray, hole: np.ndarray) -> np.ndarray:
        self.calls += image.shape == (32, 32, 3)  # a small one tries the fill out
        if self.calls == self.fails_at:
            raise KeyboardInterrupt
        return fills.fill_mean(image, hole)


@pytest.fixture
def spy(monkeypatch: pytest.MonkeyPatch) -> Spy:
    counting = Spy()
    monkeypatch.setitem(fills.FILLS, "mean", counting)
    return counting


@pytest.fixture
def compare(command: Command, tmp_path: Path) -> Command:
    def run(*arguments: object) -> Any:
        settings = ["size=32", "data.num_workers=0", "lpips=false", "costs=false", f"output={tmp_path / 'out'}"]
        return command("compare", *settings, *arguments)

    return run


def test_an_interrupted_comparison_resumes(compare: Command, images: Images, tmp_path: Path, spy: Spy) -> None:
    arguments = [f"data.root={images('a.png', 'b.png', 'c.png')}", "methods.x=mean", "methods.telea=opencv_telea"]
    spy.fails_at = 2
    assert compare(*arguments).code == 130
    spy.fails_at = None
    assert not (tmp_path / "out" / "records.csv").exists()
    assert compare(*arguments).code == 0
    assert spy.calls == 2 + 2  # the first image was not filled again
    resumed = (tmp_path / "out" / "records.csv").read_bytes()
    shutil.rmtree(tmp_path / "out")
    assert compare(*arguments).code == 0
    assert (tmp_path / "out" / "records.csv").read_bytes() == resumed


def test_a_finished_method_is_not_run_again_unless_forced(
    compare: Command, images: Images, tmp_path: Path, spy: Spy
) -> None:
    arguments = [f"data.root={images('a.png', 'b.png')}", "methods.x=mean"]
    assert compare(*arguments).code == 0
    assert compare(*arguments, "methods.telea=opencv_telea").code == 0
    assert spy.calls == 2
    methods = [record.method for record in read_records(tmp_path / "out" / "records.csv")]
    assert methods == ["x", "telea"] * 2
    assert compare(*arguments, "force=true").code == 0
    assert spy.calls == 4


def test_what_has_changed_is_done_again(compare: Command, images: Images, tmp_path: Path, spy: Spy) -> None:
    root = images("a.png", "b.png")
    arguments = [f"data.root={root}", "methods.x=mean"]
    assert compare(*arguments).code == 0
    write_png(root / "b.png", 255 - read_image(root / "b.png"))
    assert compare(*arguments).code == 0
    assert spy.calls == 2 + 1
    outcome = compare(*arguments, "protocol=misf")
    assert spy.calls == 2 + 1 + 2
    assert "x: evaluated again, because weights, protocol, LPIPS or code have changed" in outcome.err
    shutil.rmtree(tmp_path / "out" / "images" / "mask")
    assert compare(*arguments, "protocol=misf").code == 0
    assert spy.calls == 2 + 1 + 2 + 2


def test_a_folder_whose_images_changed_is_evaluated_again(compare: Command, images: Images, tmp_path: Path) -> None:
    root, other = images("a.png"), images("a.png", folder="other", width=32, height=32)
    arguments = [f"data.root={root}", f"methods.theirs={other}"]
    assert compare(*arguments).code == 0
    before = read_records(tmp_path / "out" / "records.csv")
    Image.new("RGB", (32, 32)).save(other / "a.png")
    assert compare(*arguments).code == 0
    assert read_records(tmp_path / "out" / "records.csv") != before
