"""Edges and gray of the damaged or the complete image, in one of two ranges: inputs of CTSDG and EdgeConnect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

import torch
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
    """A batch with its structure."""

    known: Structure
    """The network's input."""
    truth: Structure
    """Of the complete images."""


def damaged(image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor | None]:
    """The damaged image, as a user has it, and where it is known."""
    return torch.where(mask.bool(), 0, image), mask == 0


def complete(image: Tensor, mask: Tensor) -> tuple[Tensor, Tensor | None]:
    """The complete image, as in the reference; near the hole it reveals pixels that a user does not have."""
    return image, None


EDGE_SOURCES: Mapping[str, Callable[[Tensor, Tensor], tuple[Tensor, Tensor | None]]] = {
    "damaged": damaged,
    "complete": complete,
}
"""The image that the structure is computed from, by the name that a configuration uses."""


class StructureExtractor:
    """Computes edges and gray of images.

    Args:
        edge_source: `damaged` or `complete`.
        edge_range: `clean`, or `wrapped` for the wrapped values that the published weights were trained on.

    Raises:
        InputError: A name is unknown.
    """

    def __init__(self, edge_source: str, edge_range: str) -> None:
        self.source = choose(EDGE_SOURCES, edge_source, "edge_source")
        self.range = choose(EDGE_RANGES, edge_range, "edge_range")

    @property
    def reveals_holes(self) -> bool:
        """Whether the structure depends on what stands in the hole."""
        return self.source is complete

    def __call__(self, image: Tensor, mask: Tensor) -> Structure:
        """Structure of the source; image (B, 3, H, W) in [0, 1], mask (B, 1, H, W)."""
        return self._extract(*self.source(image, mask), like=image)

    def of_batch(self, batch: Batch) -> StructuredBatch:
        """Add the structure of the network's input and that of the complete images, where a batch has none yet."""
        if StructuredBatch.__required_keys__ <= batch.keys():
            return cast(StructuredBatch, batch)
        image = batch["image"]
        return {**batch, "known": self(image, batch["mask"]), "truth": self.of_complete(image)}

    def of_complete(self, image: Tensor) -> Structure:
        """Structure of complete images (B, 3, H, W) in [0, 1]."""
        return self._extract(image, None, like=image)

    def _extract(self, image: Tensor, valid: Tensor | None, like: Tensor) -> Structure:
        luminance = gray(self.range(image.detach()))
        edge = canny(luminance, valid)
        return Structure(*(plane.to(like.dtype).to(like.device) for plane in (edge, luminance)))
