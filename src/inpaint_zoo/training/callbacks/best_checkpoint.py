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
from inpaint_zoo.training.monitor import format_value
from inpaint_zoo.training.runs.files import CHECKPOINTS

NAME = "best.ckpt"


class BestCheckpoint(ModelCheckpoint):
    """Keep the checkpoint with the best value of a metric, in the run folder.

    Lightning's own callback loses the best value when a training is resumed in another folder, or in one that has been
    moved, and would then overwrite the best weights with worse ones.

    Args:
        monitor: Name of the metric, such as `val/psnr`.
        mode: `max` if higher values are better, `min` if lower ones are.
    """

    def __init__(self, *, monitor: str = "val/psnr", mode: str = "max") -> None:
        super().__init__(filename=Path(NAME).stem, monitor=monitor, mode=mode, enable_version_counter=False)
        self.name = monitor
        self.best_step: int | None = None
        """The step of the best value."""

    def setup(self, trainer: pl.Trainer, pl_module: pl.LightningModule, stage: str) -> None:
        """Write to the run folder, whatever loggers there are."""
        self.dirpath = trainer.default_root_dir
        super().setup(trainer, pl_module, stage)

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Save a checkpoint if this validation is the best one so far, and say how it went.

        Raises:
            InputError: The validation has not logged the metric.
        """
        known = trainer.callback_metrics
        if trainer.sanity_checking:
            return
        if self.name not in known:
            trainer.save_checkpoint(Path(str(self.dirpath)) / CHECKPOINTS[0])  # with this validation still to come
            names = ", ".join(sorted(name for name in known if name.count("/") == 1))  # without those per bin
            raise InputError(
                f"monitor={self.name} was logged by no validation{did_you_mean(self.name, known)} (known: {names}): "
                "resume with ckpt_path=last and another monitor"
            )
        if self.check_monitor_top_k(trainer, known[self.name]):
            self.best_step = trainer.global_step
        super().on_validation_end(trainer, pl_module)
        if trainer.is_global_zero and trainer.progress_bar_callback is not None:
            print(self._line(trainer.global_step, float(known[self.name])), flush=True)

    def _line(self, step: int, value: float) -> str:
        if self.best_step in {None, step}:
            best = "the best so far"
        else:
            best = f"best {format_value(float(self.best_model_score or 0))} at step {self.best_step}"
        return f"validation at step {step}: {self.name} {format_value(value)} ({best})"

    @property
    def state_key(self) -> str:
        """The same for every monitor, which `load_state_dict` compares itself."""
        return type(self).__name__

    def state_dict(self) -> dict[str, Any]:
        """The best value and its file."""
        return {**super().state_dict(), "mode": self.mode, "best_step": self.best_step}

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
        self.best_step = state_dict.get("best_step")  # checkpoints of 0.1.0 from before it was kept have none


def best_checkpoint(trainer: pl.Trainer) -> BestCheckpoint | None:
    """The callback of a training that keeps its best checkpoint; None without one, or if nothing was validated."""
    callbacks: list[pl.Callback] = trainer.callbacks  # type: ignore[attr-defined]  # set in Trainer.__init__
    kept = (callback for callback in callbacks if isinstance(callback, BestCheckpoint))
    return next((callback for callback in kept if callback.best_model_score is not None), None)


def best_score(trainer: pl.Trainer) -> float | None:
    """The best value that a training has reached; None without a validation, or without a `BestCheckpoint`."""
    kept = best_checkpoint(trainer)
    return None if kept is None else float(kept.best_model_score or 0)


@rank_zero_only
def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)
