"""A folder of mask images, read as holes."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from inpaint_zoo.checks import choose
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.finding import ImageFile, find_masks
from inpaint_zoo.images.formats import KINDS
from inpaint_zoo.images.reading import read_mask
from inpaint_zoo.images.resizing import Fit, stretch
from inpaint_zoo.masks.files.checks import NUM_CHECKED, check_threshold, is_jpeg, look_at, warn_about
from inpaint_zoo.masks.files.manifest import RecordedMasks
from inpaint_zoo.masks.files.resizing import RESIZINGS


class MaskFolder:
    """The mask images below `root`, read as holes.

    When the folder is opened, a few files are checked, and a warning names likely mistakes: soft masks, JPEG files,
    masks of zeros and ones, masks without a hole, masks that look inverted. If `masks make` wrote a manifest, every
    mask is compared with it on first use.

    Args:
        root: Folder, read with its subfolders; hidden files and files that are not images are ignored.
        threshold: Gray values from here (of 255) are holes.
        invert: For files in which white is known: values below the threshold are holes.
        resizing: How a mask is resized to its image: `nearest` neighbour; `area`, which keeps the share of holes; `any`
            makes every pixel that a hole touches a hole (bilinear, above zero), `any_aliased` likewise without
            anti-aliasing; `refuse` refuses masks of another size.

    Raises:
        InputError: `root` is missing or holds no image, a file cannot be read, the manifest lists other files, or
            `threshold` is not in [1, 255].
    """

    def __init__(
        self, *, root: str | os.PathLike[str], threshold: int = 128, invert: bool = False, resizing: str = "nearest"
    ) -> None:
        check_threshold(threshold, "mask.threshold")
        if not root:
            raise InputError("mask.root is missing: give mask.root=DIR, a folder of mask images")
        self.threshold = threshold
        self.invert = invert
        self.resize = choose(RESIZINGS, resizing, "mask.resizing")
        self.root = Path(root).expanduser()
        self.files = find_masks(self.root, "mask.root")
        if not self.files:
            raise InputError(f"mask.root={str(root)!r} holds no mask images ({KINDS})")
        self._recorded = RecordedMasks(self.root, [file.name for file in self.files])
        step = -(-len(self.files) // NUM_CHECKED)
        looks = {
            file.name: look_at(read_mask(file.path), threshold=threshold, invert=invert, is_jpeg=is_jpeg(file.path))
            for file in self.files[::step]
        }
        warn_about(looks, f"mask.root={str(root)!r}", threshold=threshold, invert=invert, prefix="mask.")

    def mask(self, file: ImageFile, height: int, width: int, fit: Fit = stretch) -> np.ndarray:
        """The mask of one of the files, uint8 (1, height, width), 1 = hole.

        Raises:
            InputError: The file cannot be read, differs from the manifest, or has a size that is refused.
        """
        gray = read_mask(file.path)
        self._recorded.check(file.name, gray)
        # before resizing: its rules are not symmetric in holes and known pixels
        holes = (gray >= self.threshold) != self.invert
        try:
            return fit(holes.astype(np.uint8), (height, width), self.resize)[None]
        except InputError as error:
            raise InputError(f"mask.root: {file.path}: {error}") from error
