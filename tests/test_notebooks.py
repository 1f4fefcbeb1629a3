"""The notebooks run from top to bottom, show what they say, and are kept without outputs."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from inpaint_zoo.layers.attention import attend

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TRAIN = {"add_a_model", "read_a_report", "train_and_compare"}
"""They take half a minute each."""
LINK = re.compile(r"\]\(([^)\s#]+)")


class Ran(NamedTuple):
    """What is left of a notebook that ran."""

    names: dict[str, Any]
    shown: dict[str, Image.Image]
    """By the id of the cell."""
    printed: str

    def value(self, line: str) -> float:
        """The first number behind these words in what was printed."""
        return float(re.search(re.escape(line) + r"\D*?([+-]?\d+\.?\d*)", self.printed)[1])  # type: ignore[index]


def each_notebook(function):  # type: ignore[no-untyped-def]
    return pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)(function)


def cells(path: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return read


@each_notebook
def test_is_kept_without_outputs(path: Path) -> None:
    assert all(
        not cell["outputs"] and cell["execution_count"] is None for cell in cells(path) if cell["cell_type"] == "code"
    )
    assert len({cell["id"] for cell in cells(path)}) == len(cells(path))


@each_notebook
def test_links_lead_somewhere(path: Path) -> None:
    texts = ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "markdown"]
    links = LINK.findall("\n".join(texts))
    assert links
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, id=path.stem, marks=[pytest.mark.slow] * (path.stem in TRAIN)) for path in NOTEBOOKS],
)
def test_runs_from_top_to_bottom(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every code cell in one namespace, as a kernel would run them; nothing is written beside the notebook."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "current").mkdir()
    monkeypatch.chdir(tmp_path / "current")
    names: dict[str, Any] = {"__name__": "__main__"}
    shown = {cell["id"]: run(cell, names) for cell in cells(path) if cell["cell_type"] == "code"}
    images = {name: value for name, value in shown.items() if isinstance(value, Image.Image)}
    assert len(images) >= 1
    assert [name for name, image in images.items() if is_empty(image)] == []
    assert list((tmp_path / "current").iterdir()) == []
    CHECKS[path.stem](Ran(names, images, capsys.readouterr().out))


def run(cell: dict[str, Any], names: dict[str, Any]) -> Any:
    """Run a cell; returns what a notebook shows below it, the value of a last expression."""
    tree = ast.parse("".join(cell["source"]))
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, cell["id"], "exec"), names)
    return eval(compile(ast.Expression(last.value), cell["id"], "eval"), names) if isinstance(last, ast.Expr) else None


def is_empty(image: Image.Image) -> bool:
    """Whether nearly all of an image has one colour."""
    pixels = np.asarray(image).reshape(-1, 3)
    _, counts = np.unique(pixels, axis=0, return_counts=True)
    return bool(counts.max() > 0.97 * len(pixels))


def filled_a_hole(ran: Ran) -> None:
    assert ran.value("MADF, blended") > ran.value("Telea") > ran.value("missing")
    red, _, blue = np.moveaxis(np.asarray(ran.shown["grow"]).astype(int), -1, 0)
    *others, grown = np.array_split(blue > red + 60, 4, axis=1)
    assert all(part.any() for part in others)
    assert not grown.any()


def drew_masks(ran: Ran) -> None:
    made = ran.names["made"]
    assert all(0 < mask.mean() < 0.7 for masks in made.values() for mask in masks)
    assert len({mask.tobytes() for masks in made.values() for mask in masks}) == sum(map(len, made.values()))
    assert "look inverted" in ran.printed


def compared_trainings(ran: Ran) -> None:
    assert sorted(ran.names["values"]) == [10, 20]
    assert all(f"{model}_20_steps" in ran.printed for model in ("misf", "madf", "ctsdg"))
    assert not any("steps" in title for title in ran.names["titles"])  # their fills are no results


def looked_inside(ran: Ran) -> None:
    """The attention that is shown is the one that the network uses."""
    weights = (10 * ran.names["patches"] @ ran.names["keys"].T).softmax(1)
    features = ran.names["features"]
    values = F.unfold(features, 4, padding=1, stride=2)[0].T
    folded = F.fold((weights @ values).T[None], features.shape[-2:], 4, padding=1, stride=2) / 4
    with torch.inference_mode():
        expected = attend(features)
    assert torch.allclose(folded, expected, atol=1e-3 * features.abs().max().item())
    assert not torch.equal(ran.names["before"], ran.names["after"])
    stages = list(ran.names["images"].values())
    assert not any(torch.equal(one, other) for one, other in pairwise(stages))
    assert all(0 < gate.min() < gate.max() < 1 for gate in ran.names["gates"].values())


def read_a_report(ran: Ran) -> None:
    assert "165 records verified" in ran.printed
    value, low, high, _ = ran.names["minus"]("ctsdg", "ctsdg_closed")
    assert low < value < high
    back = ran.names["minus"]("ctsdg_closed", "ctsdg")
    assert np.allclose((-back[0], -back[2], -back[1]), (value, low, high))
    assert np.isclose(ran.names["minus"]("madf", "telea")[0], ran.names["difference"].mean())


def added_a_model(ran: Ran) -> None:
    assert ran.names["failed"] == {}
    assert len(ran.names["passed"]) >= 20
    assert "test_what_stands_in_the_hole_never_leaks" in ran.names["caught"]
    trained, untrained = (ran.value(f"{title} PSNR over the hole, mean of 8 holes") for title in TITLES)
    assert trained > untrained + 0.1


TITLES = ("pull-push, 240 steps  ", "pull-push, untrained  ")
CHECKS: dict[str, Callable[[Ran], None]] = {
    "add_a_model": added_a_model,
    "fill_a_hole": filled_a_hole,
    "look_inside": looked_inside,
    "masks": drew_masks,
    "read_a_report": read_a_report,
    "train_and_compare": compared_trainings,
}
