"""The audit and training agree on which images are too small."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inpaint_zoo.data.audit import ImageFacts
from inpaint_zoo.data.audit.image_findings import Entry, too_small
from inpaint_zoo.data.preparation import Preparation
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.runtime.random_state import random_state

sides = st.integers(1, 24)


def refused(preparation: Preparation, size: tuple[int, int]) -> bool:
    """What training does with an image of this size."""
    try:
        preparation(np.zeros((*size, 3), np.uint8), None, random_state(0))
    except InputError:
        return True
    return False


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(sides, sides),
    st.builds(
        Preparation,
        st.tuples(sides, sides),
        st.none() | sides,
        st.none() | sides,
        st.just("cover"),
        st.none() | sides | st.just("any"),
    )
    | st.builds(
        Preparation,
        st.tuples(sides, sides),
        st.none() | sides,
        st.none(),
        st.sampled_from(["square", "stretch"]),
    ),
)
def test_an_image_is_too_small_where_training_refuses_it(size: tuple[int, int], preparation: Preparation) -> None:
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


@pytest.mark.parametrize(
    ("preparation", "title", "advice"),
    [
        (Preparation((8, 8), crop=30), "Images smaller than 30x30", "set data.resize=30, which enlarges them."),
        (
            Preparation((8, 8), 40, fitting="stretch"),
            "Images smaller than data.center_crop=40",
            "set data.center_crop=20.",
        ),
    ],
)
def test_what_is_too_small_depends_on_the_crop_and_the_fitting(
    preparation: Preparation, title: str, advice: str
) -> None:
    entry = Entry(Split.TRAIN, ImageFile("a.png", None), ImageFacts(size=(20, 50)))  # type: ignore[arg-type]
    found = too_small([entry], preparation)
    assert found.title == title
    assert found.advice.endswith(advice)
