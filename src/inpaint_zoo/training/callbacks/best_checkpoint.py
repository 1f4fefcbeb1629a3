"""`best.ckpt`: the checkpoint with the best validation, also across resumes and moved run folders."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
from pytorch_lightning.callbacks import ModelCheckpoint
from pytorch_lightning.utilities import rank_zero_only

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import InputError

NAME = "best.ckpt"


class BestCheckpoint(ModelCheckpoint):
    """Keep the checkpoint with the best value of a metric, in the run folder.

    Lightning's own callback loses the best value when a training is resumed in another folder, or in one that has been
    moved, and would then overwrite the best weights with worse ones.

    Args:
        monitor: Name of the metric, such as `val/psnr`.
        mode: `max` if higher values are better, `min` if lower ones are.
    """

    def __init__(self, *, monitor: str, mode: str) -> None:
        super().__init__(filename=Path(NAME).stem, monitor=monitor, mode=mode, enable_version_counter=False)
        self.name = monitor

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Write to the run folder, whatever loggers there are."""
        self.dirpath = trainer.default_root_dir
        super().setup(trainer, pl_module, stage)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Save a checkpoint if this validation is the best one so far.

        Raises:
            InputError: The validation has not logged the metric.
        """
        known = trainer.callback_metrics
        if self.name not in known and not trainer.sanity_checking:
            names = ", ".join(sorted(name for name in known if name.count("/") == 1))  # without those per bin
            raise InputError(
                f"monitor={self.name} was logged by no validation{did_you_mean(self.name, known)} (known: {names}): "
                "resume with ckpt_path=last and another monitor"
            )
        super().on_validation_end(trainer, pl_module)

    @property
    def state_key(self) -> str:
        """The same for every monitor, which `load_state_dict` compares itself."""
        return type(self).__name__

    def state_dict(self) -> dict[str, Any]:
        """The best value and its file."""
        return {**super().state_dict(), "mode": self.mode}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore the best value, and copy its file if it is in another folder; ignore the value of another metric."""
        if (state_dict["monitor"], state_dict["mode"]) != (self.monitor, self.mode):
            return
        here, before = Path(str(self.dirpath)) / NAME, state_dict["best_model_path"]
        if before and not here.exists() and Path(before).is_file():
            _copy(Path(before), here)
        moved = {str(here): value for value in state_dict["best_k_models"].values()}
        path = str(here) if before else ""
        places = {"dirpath": self.dirpath, "best_model_path": path, "kth_best_model_path": path, "best_k_models": moved}
        super().load_state_dict({**state_dict, **places})


def best_score(trainer: pl.Trainer) -> float | None:
    """The best value that a training has reached; None without a validation, or without a `BestCheckpoint`."""
    callbacks: list[pl.Callback] = trainer.callbacks  # type: ignore[attr-defined]  # set in Trainer.__init__
    scores = [callback.best_model_score for callback in callbacks if isinstance(callback, BestCheckpoint)]
    return next((float(score) for score in scores if score is not None), None)


@rank_zero_only
def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)
