"""The keyword arguments that all data modules share."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NotRequired, TypedDict

from inpaint_zoo.masks import MaskGenerator


class LoadingArguments(TypedDict):
    """Documented in `InpaintingDataModule`."""

    mask: MaskGenerator
    eval_mask: MaskGenerator
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
    fitting: NotRequired[str]
    crop: NotRequired[int | str | None]
