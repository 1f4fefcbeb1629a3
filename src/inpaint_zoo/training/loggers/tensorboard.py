"""TensorBoard's event files of a run."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pytorch_lightning.loggers import TensorBoardLogger
from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.errors import InputError
from inpaint_zoo.training.loggers.base import ShownPicture


class EventFile(TensorBoardLogger):
    """Metrics and pictures for TensorBoard, in `tensorboard/` of the run folder.

    Args:
        save_dir: The run folder.
        pictures: Whether the validation pictures go there too.

    Raises:
        InputError: The package is missing.
    """

    def __init__(self, *, save_dir: Path, pictures: bool) -> None:
        if find_spec("tensorboard") is None:
            raise InputError("logger: the package tensorboard is missing: pip install 'inpaint-zoo[tensorboard]'")
        # hparams would repeat what config.yaml says
        super().__init__(save_dir, name="", version="tensorboard", default_hp_metric=False)
        self.pictures = pictures

    @rank_zero_only
    def log_hyperparams(self, *_: Any, **__: Any) -> None:
        """Nothing: the configuration lies in `config.yaml`."""

    @rank_zero_only
    def log_pictures(self, pictures: Sequence[ShownPicture], step: int) -> None:
        """Show these pictures under `pictures/COLUMN/NAME`."""
        if not self.pictures:
            return
        for shown in pictures:
            for column, picture in shown.columns.items():
                self.experiment.add_image(f"pictures/{column}/{shown.name}", picture, step, dataformats="HWC")
        self.experiment.flush()

    @rank_zero_only
    def save(self) -> None:
        """Write what is waiting; without the `hparams.yaml` of Lightning's logger."""
        self.experiment.flush()
