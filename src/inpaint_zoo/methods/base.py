"""What a method is."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from inpaint_zoo.batch import Batch
from inpaint_zoo.metrics.pictures import Hole, Picture, to_uint8


class Sample(NamedTuple):
    """One picture with its hole, in 8 bits."""

    name: str
    image: Picture
    """(H, W, 3), the original. A method must not look at it inside the hole."""
    hole: Hole
    """(H, W), True = hole."""


class Method(Protocol):
    """Fills the hole of a sample; returns (H, W, 3) uint8 whose known pixels are those of the sample."""

    def __call__(self, sample: Sample) -> Picture:
        """Fill the hole."""
        ...


def samples(batch: Batch) -> list[Sample]:
    """Take a batch apart."""
    masks = batch["mask"][:, 0].cpu().numpy().astype(bool)
    return [Sample(*parts) for parts in zip(batch["name"], to_uint8(batch["image"]), masks, strict=True)]


def with_known_pixels(sample: Sample, output: Picture) -> Picture:
    """Put `output` into the hole of the sample; known pixels stay bit-identical."""
    return np.where(sample.hole[..., None], output, sample.image)
