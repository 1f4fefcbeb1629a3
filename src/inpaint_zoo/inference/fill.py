"""Fill the hole of one image of any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from inpaint_zoo.checks import at_least, choose, finite, seed_in_range
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import Filler
from inpaint_zoo.images.arrays import FloatImageArray, Hole
from inpaint_zoo.inference.adapt import Duration, adapted, nothing
from inpaint_zoo.inference.blending import BLENDS
from inpaint_zoo.inference.growing import grow
from inpaint_zoo.inference.strategies import STRATEGIES
from inpaint_zoo.inference.values import AnyImage, check_fillable


@dataclass(frozen=True)
class FillOptions:
    """How holes are filled.

    Args:
        strategy: `auto`, `whole`, `crop` or `tile` (`inference.strategies`).
        grow: Pixels by which holes are grown before they are filled.
        feather: Pixels around holes over which `blend=feather` goes over from the fill to the image.
        blend: `none` keeps known pixels bit-identical; `feather` changes those at a distance of at most `feather` from
            the grown hole; `poisson` fits the colours of the fill to those around it, and changes no known pixel.
        adapt: Steps for which a copy of the network is trained on this image's own known pixels; 0 = none
            (`inference.adapt`).
        adapt_seconds: Seconds for which it is trained, beside or in place of `adapt`, what ends first; 0 = any number.
        seed: Of that training.

    Raises:
        InputError: A value is none of these, or negative, or one of `feather` and `blend=feather` lacks the other.
    """

    strategy: str = "auto"
    grow: int = 0
    feather: int = 0
    blend: str = "none"
    adapt: int = 0
    adapt_seconds: float = 0
    seed: int = 0

    def __post_init__(self) -> None:
        choose(STRATEGIES, self.strategy, "strategy")
        choose(BLENDS, self.blend, "blend")
        at_least(0, self.grow, "grow")
        at_least(0, self.feather, "feather")
        at_least(0, self.adapt, "adapt")
        if finite(self.adapt_seconds, "adapt_seconds") < 0:
            raise InputError(f"adapt_seconds={self.adapt_seconds} must be at least 0")
        seed_in_range(self.seed, "seed")
        if self.blend == "feather" and not self.feather:
            raise InputError("blend=feather needs a width: give feather=PIXELS, such as feather=8")
        if self.feather and self.blend != "feather":
            raise InputError(f"feather={self.feather} does nothing with blend={self.blend}: give blend=feather")


DEFAULTS = FillOptions()


@dataclass(frozen=True)
class _Watched:
    """A method that tells when it begins to fill."""

    method: Filler
    on_step: Callable[[], object]

    @property
    def minimum_size(self) -> int:
        return self.method.minimum_size

    @property
    def trained_size(self) -> int | None:
        return self.method.trained_size

    def fill(self, image: FloatImageArray, hole: Hole) -> FloatImageArray:
        self.on_step()
        return self.method.fill(image, hole)


def fill(
    method: Filler,
    image: AnyImage,
    hole: Hole,
    options: FillOptions = DEFAULTS,
    on_step: Callable[[], object] = nothing,
) -> AnyImage:
    """Fill the hole of one image.

    Args:
        method: A network or a classical fill.
        image: (H, W, 3), RGB: uint8, uint16, or float32 in [0, 1]; values in the hole are not read.
        hole: (H, W) bool, True = hole.
        options: How.
        on_step: Called before each step of a training, each crop and each tile; what it raises ends the fill.

    Returns:
        A new array of the same type and shape; pixels outside the grown holes are bit-identical unless
        `blend=feather` is asked for.

    Raises:
        InputError: The arrays are something else, or nothing of the image is known.
        DivergedError: The network's image is not finite.
    """
    check_fillable(image, hole)
    filled = image.copy()
    if not hole.any():
        return filled
    blend, hole = BLENDS[options.blend], grow(hole, options.grow)
    wide = grow(hole, blend.margin(options.feather))
    if options.adapt or options.adapt_seconds:
        duration = Duration(options.adapt, options.adapt_seconds, on_step)
        method = adapted(method, image, wide, duration, options.seed)
    filled[wide] = 0
    STRATEGIES[options.strategy](_Watched(method, on_step), filled, wide)
    blend.mix(image, filled, hole, options.feather)
    return filled
