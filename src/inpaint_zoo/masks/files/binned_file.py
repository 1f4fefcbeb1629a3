"""Mask files in bins of their hole ratio, as results on NVIDIA's irregular masks are reported."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from inpaint_zoo.checks import non_empty_list
from inpaint_zoo.errors import DamagedFileError
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.masks.files.folder import MaskFolder
from inpaint_zoo.masks.files.measured import measured_ratios
from inpaint_zoo.masks.files.turning import Turning
from inpaint_zoo.masks.generator import MaskRequest, draw_integers
from inpaint_zoo.masks.ranges import ratio_range


class BinnedFileMask:
    """The masks below `root` whose ratio lies in one of the bins: bins in turn in evaluation, at random in training.

    Ratios are those of the files in their stored size. They are measured once and cached until a file's size or
    modification time changes.

    Args:
        root: As in `MaskFolder`.
        threshold: As in `MaskFolder`.
        invert: As in `MaskFolder`.
        resizing: As in `MaskFolder`.
        bins: The (low, high] ratio ranges.
        rotation: As in `Turning`.
        flip_probability: As in `Turning`.

    Raises:
        InputError: As `MaskFolder` and `Turning`, or there is no bin, or a bin has no file.
    """

    def __init__(
        self,
        *,
        root: str | os.PathLike[str],
        threshold: int = 128,
        invert: bool = False,
        resizing: str = "nearest",
        bins: Sequence[Sequence[float]] = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6)),
        rotation: int = 0,
        flip_probability: float = 0.0,
    ) -> None:
        self.turn = Turning(rotation=rotation, flip_probability=flip_probability)
        self.bins = [ratio_range(bounds, "mask.bins") for bounds in non_empty_list(bins, "mask.bins", "[[0.2,0.4]]")]
        self.folder = MaskFolder(root=root, threshold=threshold, invert=invert, resizing=resizing)
        ratios = measured_ratios(self.folder.files, threshold=threshold, invert=invert)
        pairs = list(zip(self.folder.files, ratios, strict=True))
        self._chosen = [[file for file, ratio in pairs if low < ratio <= high] for low, high in self.bins]
        for (low, high), files in zip(self.bins, self._chosen, strict=True):
            if not files:
                raise DamagedFileError(
                    f"mask.root={str(root)!r} has no mask with a ratio in ({low}, {high}], the {len(ratios)} there "
                    f"have {min(ratios):.1%} to {max(ratios):.1%}: change mask.bins, or see mask.invert"
                )

    def __call__(self, request: MaskRequest) -> np.ndarray:
        """Make one mask, uint8 (1, height, width), 1 = hole; with an `index`, bins and their files are used in turn."""
        height, width, rng = request.height, request.width, request.rng
        if request.index is None:
            (choice,) = draw_integers(rng, 0, len(self._chosen) - 1, 1)
            (place,) = draw_integers(rng, 0, len(self._chosen[choice]) - 1, 1)
            return self.turn(self.folder.mask(self._chosen[choice][place], height, width), request)
        return self.folder.mask(self.mask_file(request.index, ""), height, width)

    def mask_file(self, index: int, name: str) -> ImageFile:
        """The file, named by its path below `root`, of the mask of a request with this `index`."""
        turn, choice = divmod(index, len(self._chosen))
        files = self._chosen[choice]
        return files[turn % len(files)]
