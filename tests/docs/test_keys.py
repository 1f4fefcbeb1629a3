"""docs/configuration.md names every key and every choice of conf/, with the defaults of today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from inpaint_zoo.config.compose import CONF_DIR

PAGE = (Path(__file__).parents[2] / "docs/configuration.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^##+ (.*)\n((?:(?!##).*\n)*)", PAGE, re.MULTILINE))
PLACES = {"lr_schedule": "model.lr_schedule", "hydra/sweeper": "hydra.sweeper"}
"""Where the keys of a group stand, if not below its name."""
SETS_KEYS_OF_OTHERS = {"experiment", "study", "debug", "local"}
SPAN = re.compile(r"`([^`]+)`")

FILES = sorted(
    path.relative_to(CONF_DIR).with_suffix("")
    for path in CONF_DIR.rglob("*.yaml")
    if path.stem != "base" and path.parent.name not in SETS_KEYS_OF_OTHERS
)


def leaves(node: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, Any]]:
    """Keys with their values; a node that has only a class is a key as well."""
    for key, value in node.items():
        if key.startswith("_") or (not at and key in ("defaults", "hydra")):
            continue
        inner = list(leaves(value, f"{at}{key}.")) if isinstance(value, dict) else []
        yield from inner or [(f"{at}{key}", value)]


def section(file: Path) -> str:
    """Of a verb's file or of a group's."""
    group = file.parent.as_posix()
    verb = {"import_weights": "import-weights"}.get(file.name, file.name.replace("_", " "))
    wanted = {".": f"`{verb}`", "hydra/sweeper": "`train`", "protocol": "`evaluate`"}.get(group, f"`{group}=`")
    (found,) = [text for heading, text in SECTIONS.items() if wanted in heading]
    return found


def pairs(text: str) -> dict[str, list[str]]:
    """The defaults that a section names by key: rows of tables, and `KEY=VALUE`."""
    named: dict[str, list[str]] = {}
    for line in text.splitlines():
        cells = re.split(r" ?(?<!\\)\| ?", line)[1:-1]
        if len(cells) == 3:
            for key in SPAN.findall(cells[0]):
                named.setdefault(key, []).extend(SPAN.findall(cells[1]))
    for span in SPAN.findall(text):
        key, equals, value = span.partition("=")
        named.setdefault(key, []).extend([value] if equals else [])
    return named


def value_of(text: str) -> Any:
    return yaml.safe_load(text) if "${" not in text else text


@pytest.mark.parametrize("file", FILES, ids=str)
def test_keys_and_defaults_are_named(file: Path) -> None:
    group = file.parent.as_posix()
    prefix = "" if group == "." else f"{PLACES.get(group, group)}."
    named = pairs(section(file))
    for key, default in leaves(yaml.safe_load((CONF_DIR / f"{file}.yaml").read_text(encoding="utf-8")) or {}):
        if group == "mask" and key.startswith("mask."):  # what a kind is made of inside
            assert {key.rpartition(".")[2], key.split(".")[-2]} & named.keys(), key
            continue
        full = f"{prefix}{key}"
        assert full in named, full
        only_a_class = isinstance(default, dict) and default != {}
        if only_a_class or default == "" or len(str(default)) > 55 or key.startswith("folders."):
            continue
        assert default in map(value_of, named[full]), (full, default, named[full])


@pytest.mark.parametrize("group", sorted({path.parent.name for path in CONF_DIR.glob("*/*.yaml")} - {"local"}))
def test_choices_are_named(group: str) -> None:
    names = {path.stem for path in (CONF_DIR / group).glob("[!_]*.yaml") if not path.stem.startswith("ablation_")}
    (row,) = [line for line in SECTIONS["Groups"].splitlines() if line.startswith(f"| `{group}=`")]
    shown = SECTIONS["`mask=`"] if group == "mask" else row
    assert names <= {*SPAN.findall(shown)}, names - {*SPAN.findall(shown)}


def test_variants_are_named() -> None:
    text = (Path(__file__).parents[2] / "docs/ablations.md").read_text(encoding="utf-8")
    page = {name for line in text.splitlines() for name in SPAN.findall(line)}
    variants = [path.stem.split("_", 2)[2] for path in CONF_DIR.glob("experiment/ablation_*.yaml")]
    assert variants
    assert {*variants} <= page, {*variants} - page
