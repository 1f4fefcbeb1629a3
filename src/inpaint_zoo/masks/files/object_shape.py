"""Holes in the shape of objects, from a folder of masks."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import probability
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.resizing import Resize, resize_mask
from inpaint_zoo.masks.files.folder import MaskFolder
from inpaint_zoo.masks.generator import MaskRequest, draw_integers
from inpaint_zoo.masks.ranges import pixel_range, share_range

_UNIT = 1 << 30


class ObjectShapeMask:
    """The hole of a mask file, cut out, scaled, mirrored, and placed anywhere inside the image.

    Args:
        root: As in `MaskFolder`.
        threshold: As in `MaskFolder`.
        invert: As in `MaskFolder`.
        object_size: [low, high] of the object's longer side, as a share of the image's shorter side.
        flip_probability: Probability that the object is mirrored left to right.

    Raises:
        InputError: As `MaskFolder`, or the range or the probability is not valid; from a call: a file has no hole.
    """

    def __init__(
        self,
        *,
        root: str | os.PathLike[str],
        threshold: int = 128,
        invert: bool = False,
        object_size: Sequence[float] = (0.3, 0.8),
        flip_probability: float = 0.5,
    ) -> None:
        self.object_size = share_range(object_size, "mask.object_size")
        self.flip_probability = probability(flip_probability, "mask.flip_probability")
        self.folder = MaskFolder(root=root, threshold=threshold, invert=invert, resizing="nearest")

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole; with an `index`, the files are used in turn."""
        height, width, rng = request.height, request.width, request.rng
        files, index = self.folder.files, request.index
        if index is None:
            (index,) = draw_integers(rng, 0, len(files) - 1, 1)
        (size,) = draw_integers(rng, *pixel_range(self.object_size, min(height, width)), 1)
        (drawn,) = draw_integers(rng, 0, _UNIT - 1, 1)
        file = files[index % len(files)]
        shape = self.folder.mask(file, size, size, _cut_out)[0]
        if not shape.size:
            raise InputError(f"mask.root: {file.path} has no hole to take an object's shape from: remove it")
        if drawn < round(self.flip_probability * _UNIT):
            shape = shape[:, ::-1]
        (top,) = draw_integers(rng, 0, height - shape.shape[0], 1)
        (left,) = draw_integers(rng, 0, width - shape.shape[1], 1)
        mask = np.zeros((1, height, width), dtype=np.uint8)
        mask[0, top : top + shape.shape[0], left : left + shape.shape[1]] = shape
        return mask

    def mask_file(self, index: int, name: str) -> ImageFile:
        """The file, named by its path below `root`, of the mask of a request with this `index`."""
        return self.folder.files[index % len(self.folder.files)]


def _cut_out(holes: np.ndarray, size: tuple[int, int], resize: Resize) -> np.ndarray:
    """Cut the bounding box of the holes (H, W) out and scale its longer side to `size[0]`."""
    rows, columns = np.flatnonzero(holes.any(1)), np.flatnonzero(holes.any(0))
    if not len(rows):
        return np.zeros((0, 0), dtype=np.uint8)
    shape = holes[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    longer = max(shape.shape)
    height, width = (max(1, (2 * side * size[0] + longer) // (2 * longer)) for side in shape.shape)
    return resize_mask(shape, height, width)
