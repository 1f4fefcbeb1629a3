"""The audit and training agree on which images are too small."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.data.audit import ImageFacts
from inpaint_zoo.data.audit.image_findings import Entry, Preparation, too_small
from inpaint_zoo.data.dataset import TrainingDataset
from inpaint_zoo.data.paired_masks import PairedMasks
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.masks import BoxMask

sides = st.integers(1, 24)


def refused(preparation: Preparation, size: tuple[int, int]) -> bool:
    """What training does with an image of this size."""
    dataset = TrainingDataset(
        images=[],
        mask=BoxMask(size_ratio=[0.2, 0.8], offset_ratio=1.0),
        paired_masks=PairedMasks(threshold=128, invert=False),
        size=preparation.size,
        center_crop=preparation.center_crop,
        resize=preparation.resize,
        flip_probability=0,
        seed=0,
        read=lambda *_: np.zeros((1, 1, 3), np.uint8),
        skip_unreadable=False,
    )
    try:
        dataset.prepared(ImageFile("a.png", None), np.zeros((*size, 3), np.uint8), None)  # type: ignore[arg-type]
    except InputError:
        return True
    return False


@settings(deadline=None, max_examples=60)
@given(st.tuples(sides, sides), st.tuples(sides, sides), st.none() | sides, st.none() | sides)
def test_an_image_is_too_small_where_training_refuses_it(
    size: tuple[int, int], sample: tuple[int, int], center_crop: int | None, resize: int | None
) -> None:
    preparation = Preparation(sample, center_crop, resize)
    entry = Entry(Split.TRAIN, ImageFile("a.png", None), ImageFacts(size=size))  # type: ignore[arg-type]
    assert bool(too_small([entry], preparation).items) == refused(preparation, size)


@pytest.mark.parametrize(("split", "size", "excluded"), [("train", (177, 300), True), ("test", (177, 300), True)])
def test_what_is_smaller_than_the_square_is_left_out_of_every_split(
    split: str, size: tuple[int, int], *, excluded: bool
) -> None:
    sizes = [("train", (218, 178)), ("train", (218, 178)), (split, size)]
    entries = [Entry(Split(name), ImageFile("a.png", None), ImageFacts(size=each)) for name, each in sizes]  # type: ignore[arg-type]
    found = too_small(entries, Preparation((256, 256), 178, 256))
    assert found.title == "Images smaller than 256x256 or data.center_crop=178"
    assert [(item.name, item.excluded) for item in found.items] == [(f"{split}/a.png", excluded)]
    assert "set data.center_crop=177 and data.resize=256" in found.advice
