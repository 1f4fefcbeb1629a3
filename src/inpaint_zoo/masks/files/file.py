"""Masks from a folder of images, in turn or at random."""

from __future__ import annotations

import os

import numpy as np

from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.masks.files.folder import MaskFolder
from inpaint_zoo.masks.files.turning import Turning
from inpaint_zoo.masks.generator import MaskRequest, draw_integers


class FileMask:
    """Masks from the image files below `root`: in turn in evaluation, at random in training.

    Args:
        root: As in `MaskFolder`.
        threshold: As in `MaskFolder`.
        invert: As in `MaskFolder`.
        resizing: As in `MaskFolder`.
        rotation: As in `Turning`.
        flip_probability: As in `Turning`.

    Raises:
        InputError: As `MaskFolder` and `Turning`.
    """

    def __init__(
        self,
        *,
        root: str | os.PathLike[str],
        threshold: int = 128,
        invert: bool = False,
        resizing: str = "nearest",
        rotation: int = 0,
        flip_probability: float = 0.0,
    ) -> None:
        self.turn = Turning(rotation=rotation, flip_probability=flip_probability)
        self.folder = MaskFolder(root=root, threshold=threshold, invert=invert, resizing=resizing)

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole; with an `index`, the files are used in turn."""
        files, index = self.folder.files, request.index
        if index is None:
            (index,) = draw_integers(request.rng, 0, len(files) - 1, 1)
        return self.turn(self.folder.mask(files[index % len(files)], request.height, request.width), request)

    def mask_file(self, index: int, name: str) -> ImageFile:
        """The file, named by its path below `root`, of the mask of a request with this `index`."""
        return self.folder.files[index % len(self.folder.files)]
