"""The architecture and the measures of style, held by reading the sources."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

import inpaint_zoo

ROOT = Path(inpaint_zoo.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

LAYERS = (
    {"errors", "batch", "randomness", "readable", "tables"},
    {"allowlist", "suggestion", "quiet", "parallel"},
    {"files", "hashes", "json_file", "matching"},
    {"images", "json_lines", "samples_file"},
    {"fitting", "jpeg"},
    {"masks", "losses", "layers"},
    {"data", "models"},
    {"metrics"},
    {"statistics", "fills", "protocols", "doctor", "tracking"},
    {"methods", "callbacks", "report"},
    {"overrides", "explanation", "construct"},
    {"config"},
    {"manifest"},
    {"zoo"},
    {"evaluation", "training"},
    {"sweeping", "showing"},
    {"runner", "benchmarking"},
    {"tuning"},
    {"cli"},
)
"""A module imports only from layers before its own, and from itself. Entry points come after all of them."""
CONFIGURATION = 10  # from this layer on, Hydra and OmegaConf are known
ENTRY_POINTS = len(LAYERS)
IMPORTED_WHEN_NEEDED = {
    "wandb", "tensorboard", "albumentations", "lpips", "patchmatch", "optuna", "sklearn", "torch_fidelity",
    "matplotlib",
}  # fmt: skip


def top_level(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def layer(name: str) -> int:
    for number, names in enumerate(LAYERS):
        if name in names:
            return number
    path = ROOT / f"{name}.py"
    functions = [node.name for node in parse(path).body if isinstance(node, ast.FunctionDef)] if path.exists() else []
    assert "run" in functions or name == "__main__", f"{name} has no place in LAYERS and is no entry point with run()"
    return ENTRY_POINTS


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST, path: Path) -> Iterator[str]:
    package = ("inpaint_zoo", *path.relative_to(ROOT).parent.parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            near = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join((*near, *([node.module] if node.module else ())))
            yield from (f"{module}.{alias.name}" for alias in node.names)


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(parse(path)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


MODULES = [path for path in FILES if path != ROOT / "__init__.py"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_one_way(path: Path) -> None:
    own = top_level(path)
    names = {name.split(".")[1] for name in imported(parse(path), path) if name.startswith("inpaint_zoo.")} - {own}
    wrong = {name for name in names if layer(name) >= layer(own)}
    assert not wrong, f"{own} (layer {layer(own)}) imports {wrong}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_libraries_stay_where_they_belong(path: Path) -> None:
    tree = parse(path)
    everywhere = {name.partition(".")[0] for name in imported(tree, path)}
    at_import = {
        name.partition(".")[0]
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in imported(node, path)
    }
    assert "lightning" not in everywhere
    assert not [name for name in imported(tree, path) if name.startswith("hydra._")]
    assert not at_import & IMPORTED_WHEN_NEEDED
    if layer(top_level(path)) < CONFIGURATION:
        assert not everywhere & {"hydra", "omegaconf"}


def test_layers_have_no_name_twice() -> None:
    names = [name for names in LAYERS for name in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    assert [name for name, lines in functions(path) if lines > 60] == []


def test_the_median_function_is_short() -> None:
    assert statistics.median(lines for path in FILES for _, lines in functions(path)) <= 12
