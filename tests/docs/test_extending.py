"""The pages on extending, done as they say: files are written, then blocks and commands are run in order."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.zoo import create_model, list_models, load_model

PAGES = Path(__file__).parents[2] / "docs" / "extending"
BLOCK = re.compile(r"(?:^`([\w/.]+)`:\n\n)?^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
Command = Callable[..., Any]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder above a package of the user's own, in which commands are given."""
    (tmp_path / "my_package").mkdir()
    (tmp_path / "my_package" / "__init__.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] in ("my_package", "my_fill")]:
        del sys.modules[name]


def blocks(page: str) -> list[tuple[str, str, str]]:
    """(name of a file or empty, language, text) of each block."""
    return [match.groups("") for match in BLOCK.finditer((PAGES / page).read_text(encoding="utf-8"))]  # type: ignore[misc]


def write_files(page: str) -> None:
    for file, _, text in blocks(page):
        if file:
            path = Path(file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def do(page: str, command: Command) -> None:
    """Follow a page."""
    write_files(page)
    for file, language, text in blocks(page):
        if language == "python" and not file:
            exec(compile(text, page, "exec"), {})
        for line in re.sub(r"\\\n", "", text).splitlines() if language == "bash" else ():
            program, *words = shlex.split(line)
            if program == "pytest":
                assert pytest.main(["-q", "-c", "/dev/null", "-p", "no:cacheprovider", *words]) == 0
            else:
                assert program == "inpaint-zoo"
                code, _, err = command(*words)
                assert code == 0, f"{line}\n{err}"


def columns(path: str) -> list[str]:
    with Path(path).open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file))


def test_a_model(command: Command) -> None:
    do("model.md", command)
    assert {"unet", "mean"} == {
        record["method"] for record in json.loads(Path("compared/results.json").read_text())["records"]
    }
    code, _, err = command(
        "evaluate", "ckpt=run/best.ckpt", "data=photographs", "size=64", "lpips=false", "output=other"
    )
    assert code == 2
    assert "run/best.ckpt: _target_ my_package.model.UNet" in err
    assert "add allow=[my_package.model] to the command line" in err
    with pytest.raises(InputError, match=r"allow=\[my_package\.model\]"):
        load_model(Path("run/best.ckpt"))


def test_a_data_set(command: Command) -> None:
    do("data.md", command)
    names = [record["name"] for record in json.loads(Path("compared/results.json").read_text())["records"]]
    assert names == ["6.png", "7.png"]


def test_a_mask(command: Command) -> None:
    do("mask.md", command)
    ratios = [mask["ratio"] for mask in json.loads(Path("exact/manifest.json").read_text())["samples"]]
    assert all(0.2 < ratio <= 0.3 for ratio in ratios)


def test_a_loss(command: Command) -> None:
    do("loss.md", command)
    assert "train/charbonnier" in columns("run/metrics.csv")
    assert "train/l1" not in columns("run/metrics.csv")
    assert load_model(Path("run/best.ckpt"))[0] == "misf"


def test_a_metric(command: Command) -> None:
    do("metric.md", command)
    assert {"val/gradient", "val/hole_gradient"} <= {*columns("run/metrics.csv")}
    assert columns("compared/records.csv")[-3:] == ["hole_gradient", "gradient", "known_gradient"]
    assert json.loads(Path("run/result.json").read_text())["metric"] == "val/hole_gradient"


@pytest.mark.filterwarnings("ignore:.*LeafSpec", "ignore:The number of training batches", "ignore:.*many workers")
def test_python_alone(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    Path("images").mkdir()
    for number in range(24):
        pixels = np.random.default_rng(number).integers(0, 256, (5, 5, 3), dtype=np.uint8)
        Image.fromarray(pixels).resize((80, 72)).save(f"images/{number}.png")
    do("python.md", command)
    assert {"train/l1", "val/psnr", "test/hole_psnr"} <= {*columns("run/lightning_logs/version_0/metrics.csv")}
    assert float(capsys.readouterr().out.split()[-1]) > 0
    (example, _) = [text for _, language, text in blocks("python.md") if language == "python"]
    assert len([line for line in example.splitlines() if line]) <= 15


def test_an_installed_package_needs_neither_allow_nor_a_folder(command: Command, project: Path) -> None:
    write_files("model.md")
    shutil.move("conf", "my_package/conf")
    (declared,) = [text for _, language, text in blocks("README.md") if language == "toml"]
    installed = project / "my_package-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text(declared.replace("project.entry-points.", "").replace('"', ""))
    assert "unet" in list_models()
    assert sum(p.numel() for p in create_model("unet", base_channels=4).parameters()) > 0
    with pytest.raises(InputError, match="did you mean 'unet'"):
        create_model("unett")
    for line in [
        line for _, language, text in blocks("model.md") if language == "bash" for line in text.split("\ninp")
    ]:
        words = [
            word
            for word in shlex.split(line.replace("\\\n", ""))[1:]
            if not re.match(r"allow=|--config-dir|conf$", word)
        ]
        if words[0] != "test_model.py":
            code, _, err = command(*words)
            assert code == 0, err
    torch.manual_seed(0)
    name, network = load_model(Path("run/best.ckpt"))
    assert name == "unet"
    weights = create_model("unet", weights="run/best.ckpt").state_dict()
    assert all(torch.equal(value, weights[key]) for key, value in network.state_dict().items())


def test_names_of_ours_come_first() -> None:
    path = Path("conf/model/misf.yaml")
    path.parent.mkdir(parents=True)
    path.write_text("_target_: my_package.Other\n")
    assert compose_config("train", ["model=misf"], "conf").model._target_ == "inpaint_zoo.models.misf.MISF"


def test_a_method(command: Command) -> None:
    do("method.md", command)
    records = json.loads(Path("compared/results.json").read_text())["records"]
    assert {record["method"] for record in records} == {"mine", "flat", "telea"}
    code, _, err = command("verify", "compared/results.json")
    assert code == 2
    assert "my_fill:fill would run code: name it on the command line, or add allow=[my_fill] to it" in err
