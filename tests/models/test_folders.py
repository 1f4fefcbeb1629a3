"""How large a model is, and where its name may stand."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

import inpaint_zoo
from inpaint_zoo.zoo import list_models

SOURCE = Path(inpaint_zoo.__file__).parent
LARGEST = 900
NAMED_AFTER_A_PAPER = SOURCE / "evaluation" / "protocols"
"""How a paper evaluates has the name of the paper."""


def identifiers(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        for token in tokenize.tokenize(file.readline):
            if token.type == tokenize.NAME:
                yield token.string.lower()


def test_there_are_the_networks_of_the_papers() -> None:
    assert {"misf", "madf", "ctsdg", "pconv", "edgeconnect", "rfr", "deepfillv2"} <= {*list_models()}


@pytest.mark.parametrize("name", list_models())
def test_the_folder_of_a_model_is_small(name: str) -> None:
    lines = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in (SOURCE / "models" / name).glob("*.py"))
    assert 0 < lines <= LARGEST


def test_no_code_elsewhere_knows_a_model() -> None:
    models = {*list_models()}
    elsewhere = (SOURCE / "models", NAMED_AFTER_A_PAPER)
    own = [path for path in SOURCE.rglob("*.py") if not any(path.is_relative_to(folder) for folder in elsewhere)]
    assert len(own) > 200
    knowing = {(path.name, word) for path in own for word in identifiers(path) if models & {*word.split("_")}}
    assert knowing == set()
