"""Findings are plain, fixed records: the report writes the fields of an item as they are."""

import dataclasses

import pytest

from inpaint_zoo.data.audit.finding import Finding, Item


def test_an_item_has_the_entries_of_the_report() -> None:
    assert vars(Item("train/a.jpg", "cut off")) == {
        "name": "train/a.jpg",
        "detail": "cut off",
        "excluded": False,
        "also": (),
    }


def test_findings_and_their_items_do_not_change() -> None:
    finding = Finding("Duplicates", "They count twice.", [Item("a", "b")])
    for record in (finding, finding.items[0]):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(record, dataclasses.fields(record)[0].name, "other")  # type: ignore[arg-type]
