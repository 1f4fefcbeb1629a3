"""What a page points to is there: files, headings, paths of the repository, modules, tests."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path for path in ROOT.rglob("*.md") if not re.match(r"\.|runs|shared", str(path.relative_to(ROOT))))
LINK = re.compile(r"\]\(([^)\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
REPOSITORY = re.compile(r"(?:src|tests|docs|conf|notebooks|benchmarks|\.ci|\.github)/[\w./-]*")
SOURCE = re.compile(r"[\w./-]+\.py")
SOURCES = [path.as_posix() for folder in ("src", "tests", "docs") for path in (ROOT / folder).rglob("*.py")]
WRITTEN = re.compile(r"^`([^`\n]+)`:\n\n```", re.MULTILINE)  # the name of a file above what it holds
MADE_BY_USERS = {
    "conf/local/default.yaml",
    *(name for page in PAGES for name in WRITTEN.findall(page.read_text("utf-8"))),
}
DOTTED = re.compile(r"inpaint_zoo(?:\.\w+)+")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """Of the headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text(page), flags=re.MULTILINE | re.DOTALL), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def each_page(function):  # type: ignore[no-untyped-def]
    return pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))(function)


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(text(page)):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@each_page
def test_paths_are_there(page: Path) -> None:
    for span in SPAN.findall(text(page)):
        path, _, test = span.partition("::")
        if (
            any(Path(part).stem.isupper() for part in Path(path).parts) or path in MADE_BY_USERS
        ):  # a name to be filled in
            continue
        if REPOSITORY.fullmatch(path):
            assert (ROOT / path).exists(), span
        elif SOURCE.fullmatch(path):
            assert any(source.endswith(f"/{path.lstrip('./')}") for source in SOURCES), span
        if test:
            names = {node.name for node in ast.walk(ast.parse(text(ROOT / path))) if isinstance(node, ast.FunctionDef)}
            assert test in names, span


@each_page
def test_names_of_modules_and_classes_exist(page: Path) -> None:
    for name in DOTTED.findall(" ".join(SPAN.findall(text(page)))):
        module, rest = name, []
        while True:
            try:
                found = importlib.import_module(module)
                break
            except ModuleNotFoundError:
                module, _, last = module.rpartition(".")
                rest.insert(0, last)
        for attribute in rest:
            found = getattr(found, attribute)


def test_the_index_names_every_page_once() -> None:
    index = LINK.findall(text(ROOT / "docs/README.md"))
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert sorted(link for link in index if "/" not in link) == sorted(pages)
