"""What is audited: a method as it is in itself, which is shown what stands in the hole."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import to_float

Array: TypeAlias = NDArray[Any]
Levels: TypeAlias = NDArray[np.float64]
"""(H, W, 3), an output in 8-bit levels, nominally 0 to 255; of a method of floats, with fractions."""

SEED = 0
"""Of all random generators before a call."""


class CallError(Exception):
    """A call of the method fails, or returns what is no image."""


@dataclass(frozen=True)
class Form:
    """How a method takes images and masks."""

    floats: bool
    """Whether images are float32 in [0, 1]; otherwise uint8."""
    hole: bool | int | float
    """What stands in a mask where the hole is: True, 255, 1 or 1.0, which also tells the type of masks."""

    @property
    def has_soft_masks(self) -> bool:
        """Whether masks can hold something between known and hole."""
        return isinstance(self.hole, float) or self.hole == 255

    def image(self, images: Array) -> Array:
        """Images of 8 bits, or of floats in [0, 1], in this form; a copy."""
        if self.floats:
            return to_float(images).copy() if images.dtype == np.uint8 else images.astype(np.float32)
        return images.astype(np.uint8)

    def mask(self, masks: Array) -> Array:
        """Masks, booleans or floats in [0, 1], in this form; a copy."""
        if isinstance(self.hole, bool):
            return masks.astype(bool)
        if isinstance(self.hole, float):
            return masks.astype(np.float32) * np.float32(self.hole)
        return np.rint(masks.astype(np.float64) * self.hole).astype(np.uint8)

    def __str__(self) -> str:
        """As people read it."""
        kind = "booleans" if isinstance(self.hole, bool) else f"0 and {self.hole:g}"
        return f"images {'float32 in [0, 1]' if self.floats else 'uint8'}, masks {kind}"


@dataclass(frozen=True)
class Subject:
    """A method that is audited."""

    name: str
    kind: str
    """What it is, in words."""
    form: Form
    call: Callable[[Array, Array], Any]
    """From images (B, H, W, 3) and masks (B, H, W) of `form` to images (B, H, W, 3), uint8 or floats in [0, 1]."""
    batches: bool
    """Whether B may be more than 1."""
    in_process: bool = True
    """Whether it runs in this process; otherwise its outputs are there already."""

    @property
    def rounding(self) -> float:
        """Levels by which outputs may differ that are computed in another order: one of 8 bits, or 1e-4 of 1."""
        return SAME if self.form.floats else 1.0

    def fill(self, image: Array, mask: Array) -> Levels:
        """Fill one image (H, W, 3), of 8 bits or of floats in [0, 1], where the mask (H, W) is 1, with seeds set.

        Raises:
            CallError: The method fails, or returns no image.
        """
        filled: Levels = self.fill_all(image[None], mask[None])[0]
        return filled

    def fill_all(self, images: Array, masks: Array) -> Levels:
        """Fill (B, H, W, 3) where (B, H, W) is 1 in one call, with seeds set.

        Raises:
            CallError: The method fails, or returns no image.
        """
        with seeded():
            return self.fill_unseeded(images, masks)

    def fill_unseeded(self, images: Array, masks: Array) -> Levels:
        """As `fill_all`, with random generators as they are.

        Raises:
            CallError: The method fails, or returns no image.
        """
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # what it says of NaN is seen in its output
                made: Array = np.asarray(self.call(self.form.image(images), self.form.mask(masks)))
        except InputError as error:
            raise CallError(_line(str(error))) from error
        except Exception as error:  # it may raise anything
            raise CallError(f"{type(error).__name__}: {_line(str(error))}") from error
        if made.shape != images.shape or not (made.dtype.kind == "f" or made.dtype == np.uint8):
            raise CallError(f"returns {made.dtype} of shape {made.shape[1:]} for an image of {images.shape[1:]}")
        return made.astype(np.float64) * (1 if made.dtype == np.uint8 else 255)


SAME = 255e-4
"""Levels up to which two outputs count as equal: 1e-4 of the range, so that those of 8 bits must be identical."""


@contextmanager
def seeded() -> Iterator[None]:
    """Set the seeds of Python, NumPy and torch, and put their states back."""
    python, numpy = random.getstate(), np.random.get_state()
    with torch.random.fork_rng():
        random.seed(SEED)
        np.random.seed(SEED)
        torch.manual_seed(SEED)
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


def _line(text: str) -> str:
    """The first 120 characters on one line."""
    line = " ".join(text.split())
    return line if len(line) <= 120 else f"{line[:119]}…"
