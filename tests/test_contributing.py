"""CONTRIBUTING.md names files, functions, keys, rooms and layers as they are."""

import ast
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    return TEXT.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


ROWS = [[cell.strip() for cell in line.split("|")[1:-1]] for line in section("Where is ...").splitlines()[4:] if line]


def names_in(path: Path) -> set[str]:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return set(defined(ast.parse(text)))
    if path.suffix == ".yaml":
        return set(keys(yaml.safe_load(text)))
    return set(re.findall(r"[a-z]+", text))


def defined(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def keys(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from keys(value)


def test_at_least_twenty_questions_are_answered() -> None:
    assert len({what for what, *_ in ROWS}) == len(ROWS) >= 20


@pytest.mark.parametrize(("what", "where", "names"), ROWS, ids=[row[0] for row in ROWS])
def test_two_files_at_most_answer_a_question(what: str, where: str, names: str) -> None:
    links = re.findall(r"\[([^]]+)\]\(([^)]+)\)", where)
    assert 1 <= len(links) <= 2, what
    assert all(path.endswith(shown) for shown, path in links)
    found = [names_in(ROOT / path) for _, path in links]
    wanted = set(re.findall(r"`([^`]+)`", names))
    assert wanted
    assert wanted <= set().union(*found)
    assert all(wanted & own for own in found), "a file in which there is nothing to look for"


def test_the_picture_of_the_layout_is_complete() -> None:
    drawn = re.findall(r"^ *([\w/]+(?:\.py)?)  ", section("The layout"), re.MULTILINE)
    package = ROOT / "src" / "inpaint_zoo"
    rooms = {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    files = {path.name for path in package.glob("[!_]*.py")}
    assert {name for name in drawn if name.count("/") < 2 and (package / name).exists()} == rooms | files
    assert all((package / name).exists() or (ROOT / name).exists() for name in drawn)


def test_the_drawing_of_the_layers_is_the_one_that_is_held() -> None:
    spec = importlib.util.spec_from_file_location("test_imports", ROOT / "tests" / "test_imports.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    lines = re.findall(r"^(\d+)   (.+)$", section("Who may import whom"), re.MULTILINE)
    assert [set(names.split()) for _, names in reversed(lines)] == list(module.LAYERS)
    assert [int(number) for number, _ in reversed(lines)] == list(range(len(lines)))
