"""Fill the hole of one image of any size."""

from __future__ import annotations

from dataclasses import dataclass

from inpaint_zoo.checks import at_least, choose
from inpaint_zoo.evaluation.methods import Filler
from inpaint_zoo.images.arrays import Hole
from inpaint_zoo.inference.strategies import STRATEGIES
from inpaint_zoo.inference.values import AnyImage, check_fillable

BLENDS = {"none": None}


@dataclass(frozen=True)
class FillOptions:
    """How holes are filled.

    Args:
        strategy: `auto`, `whole`, `crop` or `tile`.
        grow: Pixels by which holes are grown before they are filled.
        feather: Pixels around holes over which `blend` fades the fill into the image.
        blend: `none`, `feather` or `poisson`.
        adapt: Steps of training on the image's own known pixels; 0 = none.

    Raises:
        InputError: A value is none of these, or negative.
    """

    strategy: str = "auto"
    grow: int = 0
    feather: int = 0
    blend: str = "none"
    adapt: int = 0

    def __post_init__(self) -> None:
        choose(STRATEGIES, self.strategy, "strategy")
        choose(BLENDS, self.blend, "blend")
        at_least(0, self.grow, "grow")
        at_least(0, self.feather, "feather")
        at_least(0, self.adapt, "adapt")


DEFAULTS = FillOptions()


def fill(method: Filler, image: AnyImage, hole: Hole, options: FillOptions = DEFAULTS) -> AnyImage:
    """Fill the hole of one image.

    Args:
        method: A network or a classical fill.
        image: (H, W, 3), RGB: uint8, uint16, or float32 in [0, 1]; values in the hole are not read.
        hole: (H, W) bool, True = hole.
        options: How.

    Returns:
        A new array of the same type and shape; known pixels are bit-identical unless `options.blend` is asked for.

    Raises:
        InputError: The arrays are something else, or nothing of the image is known.
        DivergedError: The network's image is not finite.
    """
    check_fillable(image, hole)
    filled = image.copy()
    filled[hole] = 0
    if hole.any():
        STRATEGIES[options.strategy](method, filled, hole)
    return filled
