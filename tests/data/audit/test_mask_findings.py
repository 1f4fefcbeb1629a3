"""What is wrong with masks, concluded from facts alone."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inpaint_zoo.data.audit import mask_findings
from inpaint_zoo.data.audit.facts import ImageFacts, MaskFacts

CLEAN = MaskFacts(size=(4, 4), ratio=0.3, brightest=255)
MASKS = {
    "clean": CLEAN,
    "broken": MaskFacts(error="it is cut off"),
    "soft": MaskFacts(ratio=0.2, soft=0.04, brightest=255),
    "jpeg": MaskFacts(ratio=0.2, soft=0.04, brightest=255, jpeg=True),
    "dark": MaskFacts(ratio=0.0, brightest=1),
    "empty": MaskFacts(ratio=0.0),
    "full": MaskFacts(ratio=1.0, brightest=255),
}


def names(finding: mask_findings.Finding) -> list[str]:
    return [item.name for item in finding.items]


def test_every_kind_of_mistake_is_found_and_no_clean_mask() -> None:
    assert names(mask_findings.unreadable_masks(MASKS)) == ["broken"]
    assert names(mask_findings.soft_masks(MASKS, 128, "mask.")) == ["soft", "jpeg"]
    assert names(mask_findings.jpeg_masks(MASKS, "mask.")) == ["jpeg"]
    assert names(mask_findings.dark_masks(MASKS, 128, "mask.")) == ["dark"]
    assert names(mask_findings.empty_masks(MASKS)) == ["dark", "empty"]
    assert names(mask_findings.full_masks(MASKS)) == ["full"]


def test_advice_names_the_key_and_the_value() -> None:
    assert "set data.mask_threshold=1." in mask_findings.dark_masks(MASKS, 128, "data.mask_").advice
    assert mask_findings.dark_masks(MASKS, 128, "data.mask_").title == "Masks darker than data.mask_threshold=128"
    assert "Values from 99 are taken as holes" in mask_findings.soft_masks(MASKS, 99, "mask.").advice


@pytest.mark.parametrize("invert", [False, True])
def test_masks_look_inverted_only_if_most_pixels_of_all_are_holes(*, invert: bool) -> None:
    mostly_holes = {"a": MaskFacts(ratio=0.9), "b": MaskFacts(ratio=0.8), "c": MaskFacts(ratio=0.2)}
    found = mask_findings.polarity(mostly_holes, invert, "mask.")
    assert names(found) == ["a", "b"]
    assert f"set mask.invert={str(not invert).lower()}" in found.advice
    assert names(mask_findings.polarity(mostly_holes | {"d": MaskFacts(ratio=0.4)}, invert, "mask.")) == []
    assert names(mask_findings.polarity({}, invert, "mask.")) == []


def test_masks_of_other_proportions_do_not_fit() -> None:
    image, turned = ImageFacts(size=(40, 60)), ImageFacts(size=(60, 40), orientation=6)
    pairs = {
        "same": (image, MaskFacts(size=(80, 120))),
        "other": (image, MaskFacts(size=(40, 40))),
        "turned": (turned, MaskFacts(size=(40, 60))),
        "unread": (image, MaskFacts(error="it is cut off")),
    }
    other, unturned = mask_findings.misfits(pairs).items
    assert (other.name, other.detail) == ("other", "the image is 60x40, its mask 40x40")
    assert unturned.name == "turned"
    assert unturned.detail.endswith("the image is turned by its EXIF orientation 6, its mask is not")


@given(st.lists(st.integers(0, 100), max_size=60))
def test_bins_hold_their_upper_ends(percent: list[int]) -> None:
    found = mask_findings.histogram([each / 100 for each in percent])
    edges = np.arange(0, 101, 10)
    expected = [sum(low < each <= high for each in percent) for low, high in itertools.pairwise(edges)]
    assert [count for _, count in found] == [percent.count(0), *expected]
    assert [found[0][0], found[1][0], found[-1][0]] == ["no hole", "0–10 %", "90–100 %"]
