import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inpaint_zoo.images.reading import read_image, read_mask

Command = Callable[..., Any]

MODULE = """
import numpy as np

def composite(output, target, mask):
    return np.where(mask[..., None], output, target).astype(float)

def right(output, target, mask):
    error = ((composite(output, target, mask) - target) ** 2).mean()
    return {"psnr": 10 * np.log10(255**2 / error) if error else 100.0, "fid": 3.0}

def twice(output, target, mask):
    return {**right(output, target, mask), "l1": 2 * np.abs(composite(output, target, mask) - target).mean() / 255}

def psnr_of_mat(output, target, mask):
    with np.errstate(divide="ignore"):
        return 10 * np.log10(255**2 / ((composite(output, target, mask) - target) ** 2).mean())

def mixed(output, target, mask):
    a, b = composite(output, target, mask), target.astype(float)
    weights = np.array([0.2125, 0.7154, 0.0721])
    a, b = a @ weights, b @ weights
    return {**right(output, target, mask), "l1": np.abs(a - b).sum() / (a + b).sum()}
"""


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "own_metrics.py").write_text(MODULE)
    monkeypatch.delitem(sys.modules, "own_metrics", raising=False)
    monkeypatch.chdir(tmp_path)
    yield
    sys.modules.pop("own_metrics", None)


def test_right_code_is_certified(command: Command) -> None:
    outcome = command("certify", "own_metrics:right")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        "own_metrics:right: 8 images, raw outputs as uint8; one number for each",
        "  psnr     agrees with standard, misf",
        "not checked: fid",
        "certified: standard, misf",
    ]


def test_a_difference_is_named_and_written(command: Command, tmp_path: Path) -> None:
    outcome = command("certify", "metrics=own_metrics:twice", f"output={tmp_path / 'verdict.json'}")
    assert outcome.code == 2
    assert outcome.err == (
        "inpaint-zoo certify: error: own_metrics:twice is not certified: l1 differs from every protocol\n"
    )
    assert "twice the value, as of [-1, 1], in place of values in [0, 1]" in " ".join(outcome.out.split())
    assert max(map(len, outcome.out.splitlines())) <= 80
    written = json.loads((tmp_path / "verdict.json").read_text(encoding="utf-8"))
    assert (written["certified"], written["not_checked"]) == ([], ["fid"])
    assert written["metrics"]["psnr"]["agrees_with"] == ["standard", "misf"]
    assert written["metrics"]["psnr"]["largest_difference"]["mat"] == "inf"
    assert written["metrics"]["l1"]["differs_from"] == "standard"
    assert written["metrics"]["l1"]["explanations"] == [
        ["twice the value, as of [-1, 1], in place of values in [0, 1]"]
    ]
    assert len(written["metrics"]["l1"]["values"]) == 8


def test_a_protocol_may_be_demanded(command: Command) -> None:
    assert command("certify", "own_metrics:psnr_of_mat").out.endswith("certified: mat\n")
    outcome = command("certify", "own_metrics:psnr_of_mat", "against=standard")
    assert outcome.code == 2
    assert "no cap: equal pictures are infinite, in place of" in " ".join(outcome.out.split())
    assert outcome.err.endswith("is not certified: psnr differs from standard\n")
    outcome = command("certify", "own_metrics:right", "against=standrad")
    assert outcome.code == 2
    assert "did you mean 'standard'" in outcome.err


def test_metrics_of_several_protocols_are_none_of_one(command: Command) -> None:
    outcome = command("certify", "own_metrics:mixed")
    assert outcome.code == 2
    assert "l1       agrees with edgeconnect" in outcome.out
    assert outcome.err.endswith("no protocol agrees with all metrics, though one does with each\n")


def test_a_table_of_the_images_that_it_writes_is_certified(command: Command, tmp_path: Path) -> None:
    outcome = command("certify", f"corpus={tmp_path / 'images'}")
    assert (outcome.code, outcome.err) == (0, "")
    lines = ["image,l1"]
    for path in sorted((tmp_path / "images" / "targets").glob("*.png")):
        target, output = read_image(path).astype(float), read_image(tmp_path / "images/composites" / path.name)
        hole = read_mask(tmp_path / "images/masks" / path.name) > 0
        np.testing.assert_array_equal(output[~hole], target[~hole])
        lines.append(f"{path.name},{np.abs(output - target).mean() / 255:.4f}")
    (tmp_path / "own.csv").write_text("\n".join(lines))
    outcome = command("certify", tmp_path / "own.csv", "against=standard")
    assert (outcome.code, outcome.err) == (0, "")
    outcome = command("certify", f"corpus={tmp_path / 'images'}")
    assert outcome.code == 2
    assert "is not empty" in outcome.err


def test_nothing_is_replaced(command: Command, tmp_path: Path) -> None:
    (tmp_path / "there.json").write_text("{}")
    outcome = command("certify", "own_metrics:right", f"output={tmp_path / 'there.json'}")
    assert outcome.code == 2
    assert "give force=true" in outcome.err
    assert (tmp_path / "there.json").read_text() == "{}"
    assert command("certify", "own_metrics:right", f"output={tmp_path / 'there.json'}", "force=true").code == 0
    (tmp_path / "own.csv").write_text("image,psnr\n")
    outcome = command("certify", tmp_path / "own.csv", f"output={tmp_path / 'own.csv'}", "force=true")
    assert "which is read" in outcome.err
    assert "metrics is missing" in command("certify").err


def test_a_function_is_allowed_by_the_command_line_alone(command: Command, tmp_path: Path) -> None:
    (tmp_path / "conf" / "local").mkdir(parents=True)
    (tmp_path / "conf" / "local" / "default.yaml").write_text("# @package _global_\nmetrics: own_metrics:right\n")
    outcome = command("certify", "--config-dir", tmp_path / "conf")
    assert outcome.code == 2
    assert "would run code" in outcome.err
    assert "own_metrics" not in sys.modules


def test_it_needs_no_torch(tmp_path: Path) -> None:
    code = "import sys; from inpaint_zoo.cli.main import main; code = main(sys.argv[1:]); print('torch' in sys.modules)"
    command = [sys.executable, "-c", code, "certify", "own_metrics:right"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.endswith("certified: standard, misf\nFalse\n")
