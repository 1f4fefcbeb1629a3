"""A Python function from anywhere as a method."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inpaint_zoo.config.functions import imported_function
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.base import Sample
from inpaint_zoo.files.hashing import file_hash
from inpaint_zoo.images.arrays import DivergedError, FloatImageArray, Hole, ImageArray, rounded, to_float


class PythonFunction:
    """A function that fills holes; what stands in the hole is set to 0 before it is called.

    It gets `image`, (H, W, 3) uint8 RGB, and `mask`, (H, W) uint8 with 255 = hole, and returns the filled image in the
    form of `image`. An attribute `floats = True` of the function asks for float32 in [0, 1] (the mask: 0 or 1) instead,
    and `batches = True` for a first axis of length 1 of both.

    Args:
        name: `package.module:function`; modules in the current folder are found, too.

    Raises:
        InputError: Nobody has allowed it, it cannot be imported, or is no function.
    """

    minimum_size = 1
    trained_size: int | None = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.function, self._module = imported_function(name)
        self.floats = bool(getattr(self.function, "floats", False))
        self.batches = bool(getattr(self.function, "batches", False))

    def identity(self) -> dict[str, str]:
        """Its name and the hash of its file; what the function itself imports or reads is not known."""
        source = inspect.getsourcefile(self._module)
        return {"kind": "function", "name": self.name, "file": file_hash(Path(source)) if source else ""}

    def __call__(self, sample: Sample) -> ImageArray | FloatImageArray:
        """Fill the hole; returns what the function returns.

        Raises:
            InputError: The function fails, or returns something else.
            DivergedError: It is not finite.
        """
        return self._filled(to_float(sample.image) if self.floats else sample.image, sample.hole, sample.name)

    def fill(self, image: FloatImageArray, hole: Hole) -> FloatImageArray:
        """Fill the hole of a float image, in steps of 1 / 255 where the function takes 8 bits.

        Args:
            image: (H, W, 3) in [0, 1].
            hole: (H, W), True = hole.

        Returns:
            (H, W, 3) in [0, 1]: the fill in the hole, `image` elsewhere.

        Raises:
            InputError: As for a sample.
        """
        filled = self._filled(image if self.floats else rounded(image), hole, "")
        return np.where(hole[..., None], to_float(filled), image)

    def _filled(self, image: NDArray[Any], hole: Hole, name: str) -> NDArray[Any]:
        seen = np.where(hole[..., None], np.zeros((), image.dtype), image)
        mask = hole.astype(np.float32) if self.floats else hole.astype(np.uint8) * np.uint8(255)
        arguments = (seen[None], mask[None]) if self.batches else (seen, mask)
        try:
            made = np.asarray(self.function(*arguments))
        except Exception as error:  # it may raise anything
            reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
            raise InputError(f"{self.name} failed{name and f' on {name}'} ({reason}); --debug shows where") from error
        return self._checked(made, seen[None] if self.batches else seen, name)

    def _checked(self, made: NDArray[Any], like: NDArray[Any], name: str) -> NDArray[Any]:
        is_float = made.dtype.kind == "f"
        if made.shape != like.shape or not (is_float or made.dtype == np.uint8):
            raise InputError(
                f"{self.name} returned {made.dtype} of shape {made.shape}: return uint8, or floats in [0, 1], of shape "
                f"{like.shape}"
            )
        image = made[0] if self.batches else made
        if not is_float:
            return image
        if not np.isfinite(image).all():
            raise DivergedError(f"{name}: " if name else "")
        if image.min() < -1 or image.max() > 2:
            raise InputError(
                f"{self.name} returned floats from {image.min():.3g} to {image.max():.3g}: return them in [0, 1]"
            )
        return image.clip(0, 1).astype(np.float32)
