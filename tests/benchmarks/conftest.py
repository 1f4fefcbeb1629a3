"""Fixtures for scripts that are no part of the package."""

import importlib
import importlib.util
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Outcome(NamedTuple):
    """What a script left behind."""

    code: int
    out: str
    err: str


@pytest.fixture
def script(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Run a script, named by its path in the repository, in this process."""

    def run(path: str, *arguments: object) -> Outcome:
        monkeypatch.setattr(sys, "argv", [path, *map(str, arguments)])
        capsys.readouterr()
        try:
            runpy.run_path(str(ROOT / path), run_name="__main__")
        except SystemExit as end:
            return Outcome(int(end.code or 0), *capsys.readouterr())
        return Outcome(0, *capsys.readouterr())

    return run


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """Import a script, named by its path in the repository, as a module."""

    def load(path: str) -> ModuleType:
        name = f"script_{Path(path).stem}"
        spec = importlib.util.spec_from_file_location(name, ROOT / path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)  # where dataclasses look their annotations up
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def part(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Import a file of benchmarks/gpu_parts, as benchmarks/gpu.py lets its parts be found."""
    for folder in ("bundles", "."):
        monkeypatch.syspath_prepend(str(ROOT / "benchmarks" / folder))
    return lambda name: importlib.import_module(f"gpu_parts.{name}")
