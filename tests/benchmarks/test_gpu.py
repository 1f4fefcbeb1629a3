"""The script that measures everything on one GPU: what it writes, and all of it on a processor."""

from __future__ import annotations

import importlib.metadata
import json
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

ROOT = Path(__file__).parents[2]
SCRIPT = "benchmarks/gpu.py"
Part = Callable[[str], Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A prepared folder."""
    down, right = np.mgrid[:256, :256]
    smooth = np.stack([down, right, (down + right) // 2], axis=2).astype(np.uint8)
    for name in ("photographs", "val"):
        (tmp_path / "prepared" / name).mkdir(parents=True)
        Image.fromarray(smooth).save(tmp_path / "prepared" / name / "hill.jpg")
    return tmp_path / "prepared"


def test_each_part_has_its_share_of_the_time_that_is_left(part: Part) -> None:
    main = part("main")
    parts = list(main.PARTS)
    shares = [main.PARTS[name] for name in parts]
    assert main.allotted(parts, 0, 100) == pytest.approx(100 * shares[0] / sum(shares))
    assert main.allotted(parts[-1:], 30, 100) == 100
    assert main.allotted(parts[1:], 0, 100) > 100 * shares[1] / sum(shares)  # the first one took no time


def content() -> dict[str, Any]:
    timed = {"model": "misf", "call": "step", "precision": "bf16", "compiled": False}
    return {
        "about": {
            "device": "H", "cpu": "C", "cores": 2, "torch": "2", "cuda": None, "python": "3", "size": "full",
            "batches": [1, 8, 32],
        },
        "notes": {"compiled": "time was up"},
        "seconds": {"parity": 12.4},
        "parity": [
            {
                "model": "misf", "rounding": 1e-7, "float32": 2e-4, "tf32": 1e-3, "bf16": 0.03, "bf16_mean": 0.002,
                "passed": False, "bf16_passed": True,
            },
        ],
        "peaks": [{"precision": "bf16", "gflop_per_second": 500_000}],
        "eager": [
            {**timed, "batch": 8, "failed": "out of memory"},
            {**timed, "batch": 32, "images_per_second": 300.0, "gflop_per_second": 250_000, "peak_memory_mb": 41234.0},
        ],
        "loading": [
            {
                "model": "madf", "batch": 32, "processes": 15, "images_per_second": None, "data_wait": None,
                "gpu_busy": 0.875,
            },
        ],
        "trainings": [{"model": "misf", "steps": 1200}],
        "scores": [{"method": "misf", "0-20": 22.125, "all": 20.0}, {"method": "telea", "all": 19.0}],
    }  # fmt: skip


def cells(page: str, title: str, *first: str) -> list[str]:
    """The cells of a row, by the title of its table and its first cells."""
    lines = page.partition(f"## {title}\n")[2].partition("\n## ")[0].splitlines()
    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines if line.startswith("|")]
    return next(row[len(first) :] for row in rows if row[: len(first)] == [*first])


def test_the_page_shows_what_was_measured_and_what_was_not(part: Part) -> None:
    page = part("page").page(content())
    missing = "not measured"
    parity = cells(page, "Difference to float32 on the CPU", "MISF")
    assert parity == ["1.0e-07", "2.0e-04", "1.0e-03", "3.0e-02", "2.0e-03", "NO", "yes"]
    assert cells(page, "Train step", "MISF", "bf16") == [missing, "out of memory", "300.0", "50%", "41.2"]
    assert set(cells(page, "Train step", "MISF", "bf16, compiled")) == {missing}
    assert cells(page, "Training from JPEG files", "MADF") == ["32", "15", "not logged", "not logged", "88%"]
    assert cells(page, "PSNR over the hole", "MISF") == ["1200", "22.12", missing, missing, "20.00"]
    assert cells(page, "PSNR over the hole", "Telea") == ["none", missing, missing, missing, "19.00"]
    assert "- compiled: time was up." in page


def test_docs_have_the_tables_of_the_committed_file(part: Part) -> None:
    committed = ROOT / "docs" / "benchmarks" / "gpu.json"
    measured = json.loads(committed.read_text(encoding="utf-8")) if committed.exists() else {}
    assert part("page").tables(measured) in (ROOT / "docs" / "gpu.md").read_text(encoding="utf-8")


def test_the_file_keeps_the_parts_of_an_earlier_call(part: Part, tmp_path: Path) -> None:
    record = part("record")
    machine = record.about("cpu", "tiny", (1, 2))
    first = record.Record(tmp_path, machine)
    first.begin("parity", "parity")
    row = {"model": "misf", "passed": True, "bf16_passed": True}
    first.add("parity", row)
    first.end("parity", 1.26, "time was up")
    again = record.Record(tmp_path, machine)
    assert again.rows("parity") == [row]
    assert again.content["seconds"] == {"parity": 1.3}
    again.begin("parity", "parity")
    stored = json.loads((tmp_path / "gpu.json").read_text())
    assert (stored["parity"], stored["notes"]) == ([], {})
    elsewhere = record.Record(tmp_path, {**machine, "device": "another"})
    assert not elsewhere.content["seconds"]


def test_a_network_that_differs_makes_the_call_fail(part: Part, tmp_path: Path) -> None:
    main, record = part("main"), part("record")
    found = record.Record(tmp_path, record.about("cpu", "tiny", (1, 2)))
    assert main.verdict(found) == 0  # not asked for
    found.end("parity", 1, None)
    assert main.verdict(found) == 1
    for model in main.MODELS:
        found.add("parity", {"model": model, "passed": True, "bf16_passed": False})
    assert main.verdict(found) == 0
    found.content["parity"][1]["passed"] = False
    assert main.verdict(found) == 1


def test_a_part_that_fails_is_noted_and_the_next_one_begins(part: Part, tmp_path: Path) -> None:
    main, record = part("main"), part("record")
    found = record.Record(tmp_path, record.about("cpu", "tiny", (1, 2)))
    done = []

    def work(name: str) -> Callable[[object, float], None]:
        def do(_: object, deadline: float) -> None:
            done.append(name)
            if name == "loading":
                raise RuntimeError("a training failed: see loading.log")

        return do

    with pytest.MonkeyPatch.context() as patch:
        for name in ("loading", "training"):
            patch.setattr(main, f"_{name}", work(name))
        main.run_all(main.Call(None, None, "cpu", found), ["training", "loading"], time.monotonic() + 9)
    assert done == ["loading", "training"]
    assert found.content["notes"] == {"loading": "a training failed: see loading.log"}


def test_wheels_and_the_version_of_a_checkout_are_found(loaded: Callable[[str], ModuleType], tmp_path: Path) -> None:
    gpu = loaded(SCRIPT)
    with zipfile.ZipFile(tmp_path / "some-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("some/__init__.py", "")
    gpu.unpack([tmp_path / "some-1-py3-none-any.whl"], tmp_path / "site")
    gpu.write_version(tmp_path / "site")
    (found,) = importlib.metadata.distributions(name="inpaint-zoo", path=[str(tmp_path / "site")])
    assert found.version == importlib.metadata.version("inpaint-zoo")
    assert (tmp_path / "site" / "some" / "__init__.py").exists()


@pytest.fixture
def arguments(part: Part, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Start the parts with these arguments."""
    main = part("main")

    def start(*given: object) -> None:
        monkeypatch.setattr("sys.argv", ["gpu.py", *map(str, given)])
        main.main()

    return start


def test_what_is_missing_is_refused(
    arguments: Callable[..., None], folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for given, said in (((tmp_path, tmp_path / "out"), "photographs does not exist"), ((folder, tmp_path), "no CUDA")):
        if said == "no CUDA" and torch.cuda.is_available():
            continue
        with pytest.raises(SystemExit) as end:
            arguments(*given)
        assert end.value.code == 2
        assert said in capsys.readouterr().err


@pytest.mark.slow
def test_a_rehearsal_goes_through_every_part(script: Callable[..., Any], folder: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    done = script(SCRIPT, folder, output, "--device", "cpu", "--tiny", "--seconds", 1800)
    found = json.loads((output / "gpu.json").read_text())
    assert (done.code, found["notes"]) == (0, {})
    assert [row["passed"] for row in found["parity"]] == [True] * 3
    assert {row["precision"] for row in found["peaks"]} == {"float32", "tf32", "bf16"}
    assert len(found["eager"]) == 3 * 2 * 3 * 2
    assert all(row["images_per_second"] > 0 for row in found["eager"])
    assert found["compiled"] == []
    (loading,) = found["loading"]
    assert (loading["model"], loading["batch"], loading["gpu_busy"]) == ("madf", 2, None)
    assert [row["steps"] for row in found["trainings"]] == [4] * 3
    methods = {row["method"]: row for row in found["scores"]}
    assert {"misf", "madf", "ctsdg", "telea"} <= methods.keys()
    assert all(10 < row["all"] < 100 for row in found["scores"] if row["method"] in ("telea", "patchmatch"))
    assert cells((output / "gpu.md").read_text(), "PSNR over the hole", "MADF")[0] == "4"
    assert {"misf.csv", "madf.log", "curves.svg", "loading.log", "compare"} <= {path.name for path in output.iterdir()}
