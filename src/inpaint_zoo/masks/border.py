"""Holes that keep away from the image's border, or touch it.

Liu et al., "Image Inpainting for Irregular Holes Using Partial Convolutions", ECCV 2018, evaluate holes with and
without contact to the border apart. How masks are changed, and the margin of the configuration, are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.masks.drawing.spans import fill, spans
from inpaint_zoo.masks.drawing.steps import StrokeMask
from inpaint_zoo.masks.generator import MaskGenerator, MaskRequest, draw_integers


class BorderMask:
    """The masks of a generator, changed to obey a rule about the border.

    Args:
        mask: The generator.
        border: `any` changes nothing; `free` makes masks for the image without its margin, and leaves out the lines of
            strokes that would reach into the margin; `touching` moves holes that do not touch the border to a random
            side.
        margin: Width of the known margin for `free`, as a share of the image's shorter side, at least one pixel.

    Raises:
        InputError: The rule is unknown, or the margin leaves nothing.
    """

    def __init__(self, *, mask: MaskGenerator, border: str = "free", margin: float = 0.1) -> None:
        self.mask = mask
        self._rule = choose(_RULES, border, "mask.border")
        if not 0 <= margin < 0.5:
            raise InputError(f"mask.margin={margin} must lie in [0, 0.5)")
        self.margin = margin

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole."""
        margin = max(1, round(self.margin * min(request.height, request.width)))
        return self._rule(self.mask, request, margin)


def _any(mask: MaskGenerator, request: MaskRequest, margin: int) -> np.ndarray:
    return mask(request)


def _free(mask: MaskGenerator, request: MaskRequest, margin: int) -> np.ndarray:
    height, width = request.height - 2 * margin, request.width - 2 * margin
    if min(height, width) < 1:
        raise InputError(f"mask.margin leaves nothing of {request.width}x{request.height} pixels: make it smaller")
    if isinstance(mask, StrokeMask):
        lines = np.asarray(mask.segments(height, width, request.rng), dtype=np.int64).reshape(-1, 5)
        inside = fill(spans(_kept_inside(lines, height, width), height, width).runs, height, width)[None].view(np.uint8)
    else:
        inside = mask(replace(request, height=height, width=width))
    return np.pad(inside, ((0, 0), (margin, margin), (margin, margin)))


def _kept_inside(lines: np.ndarray, height: int, width: int) -> np.ndarray:
    """The lines, int64 (lines, 5), that lie completely inside the image; if none does, all of them, moved inside."""
    ends, radius = lines[:, :4], lines[:, 4:] // 2
    last = np.array([height, width, height, width]) - 1 - radius
    whole = lines[np.all((ends >= radius) & (ends <= last), axis=1)]
    return whole if len(whole) else np.hstack([np.minimum(np.maximum(ends, radius), np.maximum(last, 0)), lines[:, 4:]])


def _touching(mask: MaskGenerator, request: MaskRequest, margin: int) -> np.ndarray:
    made = mask(request)
    (side,) = draw_integers(request.rng, 0, 3, 1)
    rows, columns = np.flatnonzero(made[0].any(1)), np.flatnonzero(made[0].any(0))
    if not len(rows):
        return made
    above, below, left, right = rows[0], request.height - 1 - rows[-1], columns[0], request.width - 1 - columns[-1]
    if not min(above, below, left, right):
        return made
    return np.roll(made, ((-above, 0), (below, 0), (0, -left), (0, right))[side], axis=(1, 2))


_RULES: Mapping[str, Callable[[MaskGenerator, MaskRequest, int], np.ndarray]] = {
    "any": _any,
    "free": _free,
    "touching": _touching,
}
