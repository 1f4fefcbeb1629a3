"""The structure stream's input: which image its edges and gray come from, and in which range of values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from torch import Tensor

from inpaint_zoo.batch import Batch
from inpaint_zoo.checks import choose
from inpaint_zoo.layers.edges import EDGE_RANGES, canny, gray


class Structure(NamedTuple):
    """Edges and gray of an image, without gradient."""

    edge: Tensor
    """(B, 1, H, W) of 0 and 1."""
    gray: Tensor
    """(B, 1, H, W) in [0, 1]."""


class StructuredBatch(Batch):
    """A batch whose structure has been taken."""

    known: Structure
    """What the network sees."""
    truth: Structure
    """Of the complete images."""


def damaged(image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor | None]:
    """What a user has: known pixels, and where they are."""
    valid = 1 - mask
    return image * valid, valid


def complete(image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor | None]:
    """The complete image, as in the reference: near the hole this leaks what a user does not have."""
    return image, None


EDGE_SOURCES: Mapping[str, Callable[[Tensor, Tensor], tuple[Tensor, Tensor | None]]] = {
    "damaged": damaged,
    "complete": complete,
}
"""Which image the structure comes from, by the name that a configuration uses."""


class StructureExtractor:
    """Takes edges and gray from images.

    Args:
        edge_source: `damaged` or `complete`.
        edge_range: `clean`, or `wrapped` for the saw-toothed image that the published weights were trained on.

    Raises:
        InputError: an unknown name.
    """

    def __init__(self, edge_source: str, edge_range: str) -> None:
        self.source = choose(EDGE_SOURCES, edge_source, "edge_source")
        self.range = choose(EDGE_RANGES, edge_range, "edge_range")

    def __call__(self, image: Tensor, mask: Tensor) -> Structure:
        """Structure of the source; image (B, 3, H, W) in [0, 1], mask (B, 1, H, W)."""
        return self._extract(*self.source(image, mask), like=image)

    def of_batch(self, batch: Batch) -> StructuredBatch:
        """The batch with the structure of what is known and of the complete images: what losses compare with."""
        image = batch["image"]
        return {**batch, "known": self(image, batch["mask"]), "truth": self._extract(image, None, like=image)}

    def _extract(self, image: Tensor, valid: Tensor | None, like: Tensor) -> Structure:
        luminance = gray(self.range(image.detach()))
        edge = canny(luminance, valid)
        return Structure(*(plane.to(like.device, like.dtype) for plane in (edge, luminance)))
