"""The examples in docstrings, as a reader would type them, in the module where they stand."""

import doctest
import importlib
from pathlib import Path

import pytest

import inpaint_zoo

ROOT = Path(inpaint_zoo.__file__).parent
MODULES = [
    ".".join(("inpaint_zoo", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for path in sorted(ROOT.rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


def test_there_are_examples() -> None:
    assert {"inpaint_zoo.zoo", "inpaint_zoo.masks.irregular", "inpaint_zoo.metrics.psnr"} <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_examples_do_what_they_say(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert tried
    assert not failed, capsys.readouterr().out
