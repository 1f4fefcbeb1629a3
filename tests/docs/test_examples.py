"""Blocks of Python, YAML and TOML in pages do what the pages say, and so do examples in docstrings."""

from __future__ import annotations

import doctest
import importlib
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import spandrel
import torch
import yaml
from PIL import Image

import inpaint_zoo
from inpaint_zoo.config.allowlist import ENTRY_POINTS
from inpaint_zoo.config.compose import compose_config

ROOT = Path(__file__).parents[2]
ELSEWHERE = {"webdataset.md", "metrics.md"}  # tests/data/shards/test_webdataset.py, tests/metrics/test_page.py


def blocks(language: str, *pages: Path) -> list[str]:
    texts = [page.read_text(encoding="utf-8") for page in pages]
    return [block for text in texts for block in re.findall(rf"^```{language}\n(.*?)^```", text, re.M | re.S)]


def page(name: str) -> Path:
    return ROOT / "docs" / name


PYTHON = blocks("python", ROOT / "README.md", *(p for p in sorted(page("").glob("*.md")) if p.name not in ELSEWHERE))


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    """An example installs our networks in spandrel, for all that the process does afterwards."""
    before = dict(vars(spandrel.MAIN_REGISTRY))
    yield
    vars(spandrel.MAIN_REGISTRY).update(before)


@pytest.mark.parametrize("source", PYTHON)
def test_python_runs(
    source: str, small_checkpoint: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a checkpoint where the block names one, an image and a mask, and as files a photograph and its hole."""
    for path in map(Path, re.findall(r'weights="(.*?)"', source)):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_bytes(small_checkpoint("ctsdg").read_bytes())
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (80, 64), "navy").save("photo.jpg")
    hole = Image.new("L", (80, 64))
    hole.paste(255, (30, 20, 50, 40))
    hole.save("hole.png")
    names: dict[str, Any] = {"image": torch.rand(1, 3, 32, 32), "mask": torch.ones(1, 1, 32, 32)}
    exec(compile(source, "page", "exec"), names)


def test_examples_in_docstrings_hold() -> None:
    root = Path(inpaint_zoo.__file__).parents[1]
    for path in root.rglob("*.py"):
        if ">>> " in path.read_text(encoding="utf-8"):
            name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
            assert doctest.testmod(importlib.import_module(name)).failed == 0, name


def test_the_search_of_a_file_is_taken(tmp_path: Path) -> None:
    (source,) = blocks("yaml", page("sweeps.md"))
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "search.yaml").write_text(source, encoding="utf-8")
    config = compose_config("tune", ["experiment=search"], str(tmp_path))
    assert dict(config.search) == yaml.safe_load(source)["search"]


def test_settings_of_a_machine_are_taken(tmp_path: Path) -> None:
    (source,) = blocks("yaml", page("training.md"))
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "default.yaml").write_text(source, encoding="utf-8")
    config = compose_config("train", [], str(tmp_path))
    assert (config.trainer.accelerator, config.data.num_workers) == ("gpu", 12)


def test_the_entry_point_is_in_the_group_that_is_looked_at() -> None:
    (source,) = blocks("toml", page("security.md"))
    assert ENTRY_POINTS in tomllib.loads(source)["project"]["entry-points"]
