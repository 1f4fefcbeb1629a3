"""Splits by name are complete, disjoint, never empty and stable."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.data.splits import Split, hold_out, split_by_name
from inpaint_zoo.images.finding import ImageFile


def images(num: int, prefix: str = "Ünï/") -> list[ImageFile]:
    return [ImageFile(f"{prefix}{index}.png", Path(f"/x/{prefix}{index}.png")) for index in range(num)]


@settings(deadline=None, max_examples=40)
@given(num=st.integers(3, 60), prefix=st.text(max_size=3))
def test_every_image_is_in_one_split_and_none_is_empty(num: int, prefix: str) -> None:
    all_images = images(num, prefix)
    parts = split_by_name(all_images)
    assert set(parts) == set(Split)
    assert sorted(image for part in parts.values() for image in part) == sorted(all_images)
    assert all(parts.values())


def test_the_shares_are_90_5_5() -> None:
    parts = split_by_name(images(4000))
    assert [len(parts[split]) / 4000 for split in Split] == pytest.approx([0.9, 0.05, 0.05], abs=0.01)


def test_an_image_stays_where_it_is_when_others_are_added_or_listed_otherwise() -> None:
    before, after = split_by_name(images(200)), split_by_name(images(400)[::-1])
    assert all(set(before[split]) <= set(after[split]) for split in Split)


@settings(deadline=None, max_examples=40)
@given(num=st.integers(2, 60))
def test_holding_out_leaves_both_parts_filled(num: int) -> None:
    parts = hold_out(images(num))
    assert sorted(parts[Split.TRAIN] + parts[Split.VAL]) == sorted(images(num))
    assert parts[Split.TRAIN]
    assert parts[Split.VAL]
