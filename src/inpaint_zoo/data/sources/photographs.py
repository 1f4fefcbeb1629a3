"""The photographs inside scikit-image's wheel: real images without a download."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Unpack

import numpy as np
import skimage

from inpaint_zoo.data.arguments import LoadingArguments
from inpaint_zoo.data.datamodule import InpaintingDataModule
from inpaint_zoo.data.splits import Split
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.source import Readable
from inpaint_zoo.images.finding import ImageFile
from inpaint_zoo.images.reading import read_image

# the two motorcycle images show the same scene and are in the same split
PHOTOGRAPHS = {
    Split.TRAIN: (
        "astronaut.png",
        "brick.png",
        "coffee.png",
        "coins.png",
        "grass.png",
        "gravel.png",
        "hubble_deep_field.jpg",
        "ihc.png",
        "moon.png",
        "motorcycle_left.png",
        "motorcycle_right.png",
        "retina.jpg",
    ),
    Split.VAL: ("clock_motion.png",),
    Split.TEST: ("camera.png", "chelsea.png", "rocket.jpg"),
}


class PhotographsDataModule(InpaintingDataModule):
    """Sixteen photographs, 12 for training, 1 for validation, 3 for testing.

    Args:
        **loading: As in `InpaintingDataModule`; an epoch has 512 samples if it is not said otherwise, and evaluation
            uses each photograph 6 times.
    """

    def __init__(self, **loading: Unpack[LoadingArguments]) -> None:
        loading.setdefault("samples_per_epoch", 512)
        loading.setdefault("eval_repeats", 6)
        super().__init__(**loading)

    def read_image(self, path: Readable, at_least: tuple[int, int] | None = None) -> np.ndarray:
        """As `InpaintingDataModule.read_image`, but in full size; every process decodes a photograph once."""
        return _read_once(path)

    def images(self, split: Split) -> Sequence[ImageFile]:
        """The photographs of a split."""
        folder = Path(skimage.__file__).parent / "data"
        images = [ImageFile(name, folder / name) for name in PHOTOGRAPHS[split]]
        missing = [image.name for image in images if not (folder / image.name).is_file()]
        if missing:
            raise InputError(
                f"scikit-image in {str(folder)!r} lacks {', '.join(missing)}: install scikit-image from its wheel"
            )
        return images


@cache
def _read_once(path: Readable) -> np.ndarray:
    image = read_image(path)
    image.setflags(write=False)
    return image
