"""The architecture and the measures of style, held by reading the sources."""

import ast
import importlib
import inspect
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import inpaint_zoo
from inpaint_zoo import list_models

ROOT = Path(inpaint_zoo.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

LAYERS = (
    {"errors", "batch", "tables"},
    {"checks"},
    {"files", "pages", "runtime"},
    {"bundles", "config", "images", "layers", "losses"},
    {"certificate", "masks", "metrics", "models"},
    {"data", "testing", "zoo"},
    {"evaluation", "hybrid", "training"},
    {"audit", "benchmark", "export", "inference", "jobs", "user_study"},
    {"app", "spandrel"},
    {"cli"},
    {"__main__"},
)
"""A room (a package, or a file beside them) imports only from layers before its own, and from itself."""
ROOMS_IN_ROOMS = {
    "evaluation": ({"methods", "protocols", "significance"}, {"report"}),
    "training": ({"loggers", "runs"}, {"callbacks"}, {"distributed"}),
    "jobs": ({"sweep"}, {"search", "ablation"}),
}
"""Likewise inside a room; its own files come after all of these, but for what only these use."""
KNOW_HYDRA = {"cli", "config", "jobs", "training"}
KNOW_OMEGACONF = KNOW_HYDRA | {"benchmark", "evaluation", "zoo"}
IMPORTED_WHEN_NEEDED = {
    "wandb", "tensorboard", "albumentations", "lpips", "patchmatch", "optuna", "sklearn", "torch_fidelity",
    "huggingface_hub", "onnx", "onnxruntime", "onnxscript", "spandrel",
}  # fmt: skip


def top_level(path: Path) -> str:
    return path.relative_to(ROOT).with_suffix("").parts[0]


def layer(name: str, layers: Sequence[set[str]] = LAYERS) -> int:
    (number,) = (number for number, names in enumerate(layers) if name in names)
    return number


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
    room = top_level(path)
    assert "hydra" not in everywhere or room in KNOW_HYDRA
    assert "omegaconf" not in everywhere or room in KNOW_OMEGACONF


@pytest.mark.parametrize("room", ROOMS_IN_ROOMS)
def test_imports_inside_a_room_go_one_way(room: str) -> None:
    layers = ROOMS_IN_ROOMS[room]
    inner = set[str]().union(*layers)
    assert inner <= {path.name for path in (ROOT / room).iterdir()}
    for path in (ROOT / room).rglob("*.py"):
        own = path.relative_to(ROOT / room).parts[0]
        names = {name.split(".")[2] for name in imported(parse(path), path) if name.startswith(f"inpaint_zoo.{room}.")}
        wrong = {name for name in names & inner - {own} if own in inner and layer(name, layers) >= layer(own, layers)}
        assert not wrong, f"{path.relative_to(ROOT)} imports {wrong}"


def test_no_module_needs_itself() -> None:
    """No circle of imports anywhere, also not of imports inside functions."""
    needs = {module(path): set(needed(path)) - {module(path)} for path in FILES}
    free: set[str] = set()
    while more := {name for name, others in needs.items() if name not in free and others <= free}:
        free |= more
    assert sorted(needs.keys() - free) == []


def module(path: Path) -> str:
    return ".".join(("inpaint_zoo", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def needed(path: Path) -> Iterator[str]:
    modules = set(map(module, FILES))
    for name in imported(parse(path), path):
        if name.startswith("inpaint_zoo"):
            yield name if name in modules else name.rpartition(".")[0]


def test_layers_have_no_name_twice() -> None:
    names = [name for names in LAYERS for name in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    assert [name for name, lines in functions(path) if lines > 60] == []


def test_the_median_function_is_short() -> None:
    assert statistics.median(lines for path in FILES for _, lines in functions(path)) <= 12


@pytest.mark.parametrize(
    "package", ["inpaint_zoo", *(f"inpaint_zoo.models.{name}" for name in list_models()), "inpaint_zoo.metrics"]
)
def test_a_package_lists_what_it_imports_when_needed(package: str) -> None:
    module = importlib.import_module(package)
    assert set(module.__all__) <= set(dir(module))
    assert set(module.__all__) <= {name for name, _ in inspect.getmembers(module)}
