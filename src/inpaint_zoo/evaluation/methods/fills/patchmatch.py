"""An exemplar-based fill: patches of the known pixels, found by PatchMatch (the optional library PyPatchMatch)."""

from __future__ import annotations

import numpy as np

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods.fills.mean import fill_mean
from inpaint_zoo.images.arrays import Hole, ImageArray

PATCH_RADIUS = 3
"""Pixels from the centre of a patch to its edge; that of PyPatchMatch's own examples."""
SEED = 0
"""Seed of the library's random search, set before every fill."""


def fill_patchmatch(image: ImageArray, hole: Hole) -> ImageArray:
    """Multi-scale patch synthesis with PatchMatch (Barnes et al., SIGGRAPH 2009), as PyPatchMatch implements it.

    Args:
        image: (H, W, 3); values in the hole are not read.
        hole: (H, W), True = hole.

    Returns:
        (H, W, 3), known pixels bit-identical. An image that is all hole becomes mid gray (128).

    Raises:
        InputError: PyPatchMatch is not installed, or its compiled part is missing.
    """
    try:
        import patchmatch  # noqa: PLC0415 - optional
    except ModuleNotFoundError as error:
        raise InputError("patchmatch needs PyPatchMatch: pip install 'inpaint-zoo[patchmatch]'") from error
    if not patchmatch.patchmatch_available:
        raise InputError("patchmatch: PyPatchMatch has no compiled part for this machine: leave this fill out")
    covered = fill_mean(image, hole)
    if hole.all():
        return covered
    patchmatch.set_random_seed(SEED)
    filled = patchmatch.inpaint(covered, hole, patch_size=PATCH_RADIUS)
    return np.where(hole[..., None], filled, image).astype(np.uint8)
