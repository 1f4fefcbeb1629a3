"""Findings put together: what is left out, counted once, with its reasons."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inpaint_zoo.data.audit.diagnosis import Diagnosis, MaskSummary, diagnose
from inpaint_zoo.data.audit.facts import ImageFacts, MaskFacts
from inpaint_zoo.data.audit.finding import Finding, Item
from inpaint_zoo.data.preparation import Preparation
from inpaint_zoo.data.splits import Split
from inpaint_zoo.images.finding import ImageFile

PREPARATION = Preparation((8, 8), None, None)


def file(name: str) -> ImageFile:
    return ImageFile(name, Path("/data", name))


def conclude(facts: dict[str, ImageFacts], masks: MaskSummary | None = None, **splits: list[str]) -> Diagnosis:
    images: Any = {Split(split): [file(name) for name in names] for split, names in splits.items()}
    by_path = {f"/data/{name}": each for name, each in facts.items()}
    return diagnose(images, by_path, masks, preparation=PREPARATION, notes=["first"], advice="; set x=y")


def good(pixels: str) -> ImageFacts:
    return ImageFacts(size=(9, 9), pixels=pixels)


def test_nothing_wrong_gives_no_findings() -> None:
    found = conclude({"a": good("1"), "b": good("2")}, train=["a"], val=["b"])
    assert (found.findings, found.excluded, found.num_excluded) == ([], {}, 0)
    assert (found.counts, found.num_files, found.notes) == ({"train": 1, "val": 1}, 2, ["first"])


def test_an_image_with_two_reasons_is_left_out_once() -> None:
    facts = {"a": good("1"), "b": good("1"), "c": good("1"), "d": ImageFacts(error="it is cut off")}
    found = conclude(facts, train=["a", "b", "d"], test=["c"])
    assert [finding.title for finding in found.findings] == [
        "Unreadable images",
        "The same images in two splits",
        "Duplicates",
    ]
    assert found.excluded == {
        "train/d": ["Unreadable images: it is cut off"],
        "train/a": ["The same images in two splits: has the pixels of test/c"],
        "train/b": [
            "The same images in two splits: has the pixels of test/c",
            "Duplicates: has the pixels of train/a",
        ],
    }
    assert found.num_excluded == 3


def test_a_test_set_that_contains_all_of_train_is_a_note_and_no_finding() -> None:
    found = conclude({"a": good("1"), "b": good("2")}, train=["a"], test=["a", "b"])
    assert found.findings == []
    assert found.notes[1].startswith("test contains every image of train: a score on it says nothing")
    assert found.notes[1].endswith("; set x=y")


def test_other_names_of_an_image_are_left_out_with_it() -> None:
    found = Diagnosis({}, 1, [Finding("T", "", [Item("train/a", "x", excluded=True, also=("test/a",))])], [], None)
    assert found.excluded == {"train/a": ["T: x"], "test/a": ["T: x"]}
    assert found.num_excluded == 1


def test_masks_are_compared_with_their_images() -> None:
    masks = MaskSummary(
        source="files", ratios=[0.1], files={"m": MaskFacts(size=(9, 18), ratio=0.1)}, of_images={"train/a": "m"}
    )
    found = conclude({"a": good("1")}, masks, train=["a"])
    assert [finding.title for finding in found.findings] == ["Masks that do not fit their images"]
