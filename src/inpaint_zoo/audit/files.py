"""The images of an audit as files, for programs that read files, and what such a program has made of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from inpaint_zoo.audit.battery import audit
from inpaint_zoo.audit.subject import Array, Form, Subject
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ImageFolder, Sample
from inpaint_zoo.files.atomic import whole_or_nothing
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.files.outputs import refuse_filled
from inpaint_zoo.images.reading import write_png

FORM = Form(floats=False, hole=255)
IMAGES, MASKS = "images", "masks"
_COPIES = 2
"""What an audit asks for repeatedly is there so many times, and used by turns: a random program is found out."""

Key = tuple[str, int]


class _Asked:
    """Counts what an audit asks for."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.images: dict[Key, tuple[Array, Array]] = {}

    def key(self, image: Array, mask: Array) -> Key:
        """Of an image (H, W, 3) and a mask (H, W), with which of the copies it is."""
        content = b"".join((repr(image.shape).encode(), image.tobytes(), mask.tobytes()))
        digest = hashlib.sha256(content).hexdigest()
        self.counts[digest] += 1
        return digest, self.counts[digest] % _COPIES

    def echo(self, images: Array, masks: Array) -> Array:
        """Note what is asked for, and give it back."""
        self.images.setdefault(self.key(images[0], masks[0]), (images[0], masks[0]))
        return images


def _asked(size: int) -> Mapping[Key, tuple[Array, Array]]:
    """Every image and mask that an audit asks for, whatever comes back, in a fixed order."""
    asked = _Asked()
    audit(Subject("", "", FORM, asked.echo, batches=False, in_process=False), size)
    return asked.images


def write_images(folder: Path, size: int) -> int:
    """Write the images and masks (white is the hole) of an audit into a new folder, and return how many.

    Raises:
        InputError: The folder holds something, or cannot be written.
    """
    refuse_filled(folder, "corpus")
    asked = _asked(size)
    with whole_or_nothing(folder):
        for number, pair in enumerate(asked.values(), 1):
            for kind, array in zip((IMAGES, MASKS), pair, strict=True):
                write_png(folder / kind / _name(number), array)
    return len(asked)


def subject_of_results(root: Path, size: int) -> Subject:
    """What a program has made of the images of `write_images`, of the same size.

    Args:
        root: The folder with the filled images, named as the images are, whatever their suffix.
        size: Side of most images.

    Raises:
        InputError: It cannot be read, or holds none of the images.
    """
    folder = ImageFolder(root, "results")
    names = {key: Path(_name(number)).stem for number, key in enumerate(_asked(size), 1)}
    missing = folder.missing(list(names.values()))
    if len(missing) == len(names):
        raise InputError(f"results: {root} has none of the images that audit corpus=DIR writes: {few(missing)}")
    counted = _Asked()

    def call(images: Array, masks: Array) -> Array:
        name = names[counted.key(images[0], masks[0])]
        filled: Array = np.asarray(folder(Sample(name, name, images[0], masks[0].astype(bool))))
        return filled[None]

    return Subject(str(root), "results of a program", FORM, call, batches=False, in_process=False)


def _name(number: int) -> str:
    return f"{number:02d}.png"
