"""Images of an evaluation that its methods were trained on: counted, left out, or not taken in the first place."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.data import FolderDataModule, InpaintingDataModule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import Method, NetworkMethod
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.record import ImageRecord

_announce = rank_zero_only(logging.getLogger(__name__).info)
_FEWEST = 3
"""Images of a folder of which a training can have held some out for testing."""


def with_test_split(
    node: Mapping[str, Any], data: InpaintingDataModule, records: Sequence[ImageRecord]
) -> Mapping[str, Any]:
    """Decide what `test_split=auto` means for a folder: `test` if some of its images were trained on, otherwise `all`.

    Args:
        node: The configuration of `data`.
        data: Gets the decision.
        records: Of the trainings of all methods.

    Returns:
        The configuration with the decision.
    """
    if not isinstance(data, FolderDataModule) or data.test_split != "auto":
        return node
    whole = data.images(Split.TEST) if data.is_flat else ()
    seen = num_among(whole, records)
    data.test_split = "test" if seen and len(whole) >= _FEWEST else "all"
    if data.test_split == "test":
        _announce(
            f"{seen} of {len(whole)} images of {str(data.root)!r} were trained on: those that a training on it holds "
            "out are evaluated (data.test_split=all takes all)"
        )
    return {**node, "test_split": data.test_split}


def left_over(images: Sequence[ImageFile], records: Sequence[ImageRecord]) -> Sequence[ImageFile]:
    """The images that no record has.

    Raises:
        InputError: There is none.
    """
    rest = [image for image in images if not _among(image, records)]
    if not rest:
        raise InputError(
            f"leave_out_trained=true: a method was trained on all {len(images)} images, so that none is left: give "
            "other images"
        )
    if len(rest) < len(images):
        _announce(f"{len(images) - len(rest)} of {len(images)} images are left out, as a method was trained on them")
    return rest


def records_of(methods: Mapping[str, Method]) -> dict[str, Sequence[ImageRecord] | None]:
    """The images that networks were trained on, by their titles; None where a file does not say."""
    return {title: method.trained_on for title, method in methods.items() if isinstance(method, NetworkMethod)}


def num_among(images: Sequence[ImageFile], records: Sequence[ImageRecord]) -> int:
    """How many of the images the records have."""
    return sum(_among(image, records) for image in images) if records else 0


def trained_notes(counts: Mapping[str, int | None], num_images: int) -> list[str]:
    """A sentence for each method that was trained on images of the evaluation."""
    return [
        f"{count} of {num_images} images were in the training of {title}." for title, count in counts.items() if count
    ]


def _among(image: ImageFile, records: Sequence[ImageRecord]) -> bool:
    return any(image in record for record in records)
