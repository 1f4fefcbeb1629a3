"""How a fill meets the known pixels around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.inference.boxes import grown
from inpaint_zoo.inference.growing import distance_to
from inpaint_zoo.inference.holes import Holes
from inpaint_zoo.inference.values import AnyImage, from_unit, to_unit


class Blend(NamedTuple):
    """One way in which a fill meets the image."""

    margin: Callable[[int], int]
    """From the pixels of `feather`, by how many pixels more than the hole is filled."""
    mix: Callable[[AnyImage, AnyImage, Hole, int], None]
    """From image, filled image (H, W, 3), which is changed, hole (H, W), and the pixels of `feather`."""


def _nothing(image: AnyImage, filled: AnyImage, hole: Hole, feather: int) -> None:
    """The fill stays as it is, and known pixels too."""


def _feather(image: AnyImage, filled: AnyImage, hole: Hole, feather: int) -> None:
    """Known pixels at a distance of up to `feather` from the hole go over from the fill to the image, evenly."""
    distance = distance_to(hole)
    ring = (distance > 0) & (distance <= feather)
    share = 1 - distance[ring][:, None] / np.float32(feather + 1)
    mixed = share * to_unit(filled[ring]) + (1 - share) * to_unit(image[ring])
    filled[ring] = from_unit(mixed, image.dtype)


def _poisson(image: AnyImage, filled: AnyImage, hole: Hole, feather: int) -> None:
    """The fill keeps its gradients and takes the values of the known pixels around it; only the hole changes.

    The image around the hole minus the fill there, continued into the hole by the smoothest function (a membrane), is
    added to the fill: Poisson image editing (Pérez, Gangnet and Blake, SIGGRAPH 2003) with the fill as the source.
    """
    from inpaint_zoo.inference.membrane import membrane  # noqa: PLC0415 - SciPy costs a quarter of a second

    holes = Holes(hole, small=1)
    for number, box in enumerate(holes.boxes):
        own = holes.own(number)
        around = grown(box, (box.size[0] + 2, box.size[1] + 2), (hole.shape[0], hole.shape[1]))
        inner = box.inside(around).cut
        inside = np.zeros(around.size, bool)
        inside[inner] = own
        source = to_unit(filled[around.cut])
        # what is no neighbour of this hole is not read
        difference = np.where(hole[around.cut][..., None], np.float32(0), to_unit(image[around.cut]) - source)
        filled[box.cut][own] = from_unit((source + membrane(difference, inside))[inner][own], image.dtype)
    filled[~hole] = image[~hole]


BLENDS: Mapping[str, Blend] = {
    "none": Blend(lambda _: 0, _nothing),
    "feather": Blend(lambda feather: feather, _feather),
    "poisson": Blend(lambda _: 1, _poisson),
}
"""By the name that options use."""
