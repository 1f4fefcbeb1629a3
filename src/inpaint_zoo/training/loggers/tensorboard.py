"""Event files of a run for TensorBoard."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import TensorBoardLogger
from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.errors import InputError
from inpaint_zoo.training.loggers.base import ShownImage


class TensorBoardEvents(TensorBoardLogger):
    """Metrics and images for TensorBoard, in `tensorboard/` of the run folder.

    Args:
        save_dir: The run folder.
        images: Whether to log the validation images.

    Raises:
        InputError: The package is missing.
    """

    def __init__(self, *, save_dir: Path, images: bool) -> None:
        if find_spec("tensorboard") is None:
            raise InputError("logger: the package tensorboard is missing: pip install 'inpaint-zoo[tensorboard]'")
        # hparams would repeat config.yaml
        super().__init__(save_dir, name="", version="tensorboard", default_hp_metric=False)
        self.images = images

    @rank_zero_only
    def log_hyperparams(self, *_: Any, **__: Any) -> None:
        """Log nothing: the configuration is in `config.yaml`."""

    @rank_zero_only
    def log_images(self, images: Sequence[ShownImage], step: int) -> None:
        """Log these images under `images/COLUMN/NAME`."""
        if not self.images:
            return
        for shown in images:
            for column, image in shown.columns.items():
                self.experiment.add_image(f"images/{column}/{shown.name}", image, step, dataformats="HWC")
        self.experiment.flush()

    @rank_zero_only
    def save(self) -> None:
        """Write pending events, but not the `hparams.yaml` of Lightning's logger."""
        self.experiment.flush()
