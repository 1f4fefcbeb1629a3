"""The keyword arguments that all data modules share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypedDict

from inpaint_zoo.masks import MaskGenerator


class LoadingArguments(TypedDict, total=False):
    """Documented in `InpaintingDataModule`."""

    mask: MaskGenerator | None
    eval_mask: MaskGenerator | None
    size: int | Sequence[int]
    center_crop: int | None
    resize: int | None
    flip_probability: float
    samples_per_epoch: int | None
    eval_repeats: int
    batch_size: int
    eval_batch_size: int
    num_workers: int
    seed: int
    eval_seed: int
    exclude: str | os.PathLike[str] | None
    on_error: str
    fitting: str
    crop: int | str | None
    interpolation: str
