"""The pictures that are handed out: PNG files that say nothing but their pixels."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np

from inpaint_zoo.evaluation.result_images import KeptImages
from inpaint_zoo.images.arrays import Hole, ImageArray, as_hole
from inpaint_zoo.images.drawing import hatch
from inpaint_zoo.images.reading import image_size, read_image, read_mask, write_png
from inpaint_zoo.runtime.random_state import random_state
from inpaint_zoo.user_study.design import new_token
from inpaint_zoo.user_study.key import ORIGINAL, Key

FOLDER = "pictures"
"""Beside the page."""
BLOCKS = 24
"""Of a badly damaged picture along its shorter side."""

Reference = Literal["input", "original", "nothing"]


class Shown(NamedTuple):
    """What the page knows of an image."""

    size: tuple[int, int]
    """Height and width of all its pictures."""
    reference: str | None
    """The token of the picture that stands above those to choose from."""


def write_pictures(key: Key, kept: KeptImages, reference: Reference, folder: Path) -> Sequence[Shown]:
    """Write `TOKEN.png` for every picture of a study, all in the same way.

    They are written in the order of their tokens, so that times of files tell nothing either.

    Args:
        key: Names the pictures.
        kept: The images of the comparison.
        reference: What stands above the pictures of a question: the image with its hole striped, the original, or
            nothing.
        folder: Gets the files.

    Returns:
        One entry for each image of the key.

    Raises:
        InputError: An image cannot be read, or a file cannot be written.
    """
    names = [image.name for image in key.images]
    shown = [Shown(image_size(kept.original(name)), None if reference == "nothing" else new_token()) for name in names]
    pictures: dict[str, Callable[[], ImageArray]] = {
        **_methods(key, kept),
        **_checks(key, kept),
        **{
            own.reference: partial(_reference, kept, name, reference)
            for name, own in zip(names, shown, strict=True)
            if own.reference is not None
        },
    }
    for token in sorted(pictures):
        write_png(folder / f"{token}.png", pictures[token]())
    return shown


Pictures = Mapping[str, Callable[[], ImageArray]]
"""By token: reads or makes a picture."""


def _methods(key: Key, kept: KeptImages) -> Pictures:
    return {
        token: partial(read_image, kept.composite(title, key.images[question.image].name))
        for question in key.questions
        for token, title in question.pictures.items()
    }


def _checks(key: Key, kept: KeptImages) -> Pictures:
    found: dict[str, Callable[[], ImageArray]] = {}
    for check in key.checks:
        name = key.images[check.image].name
        for place, (token, title) in enumerate(check.pictures.items()):
            original = partial(read_image, kept.original(name))
            found[token] = original if title == ORIGINAL else partial(_damaged, kept, name, place)
    return found


def _reference(kept: KeptImages, name: str, reference: Reference) -> ImageArray:
    original = read_image(kept.original(name))
    return original if reference == "original" else hatch(original, _hole(kept, name))


def _damaged(kept: KeptImages, name: str, number: int) -> ImageArray:
    return badly_damaged(read_image(kept.original(name)), _hole(kept, name), (zlib.crc32(name.encode()), number))


def badly_damaged(image: ImageArray, hole: Hole, seed: tuple[int, ...]) -> ImageArray:
    """Fill a hole with blocks of random colours, which nobody who looks takes for a photograph.

    Args:
        image: (H, W, 3).
        hole: (H, W), True = hole.
        seed: Of the colours.
    """
    height, width = hole.shape
    side = -(-min(height, width) // BLOCKS)
    colours = random_state(*seed).randint(0, 256, (-(-height // side), -(-width // side), 3)).astype(np.uint8)
    blocks = colours.repeat(side, axis=0).repeat(side, axis=1)[:height, :width]
    return np.where(hole[..., None], blocks, image)


def _hole(kept: KeptImages, name: str) -> Hole:
    return as_hole(read_mask(kept.mask(name)))
