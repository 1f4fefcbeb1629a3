"""`best.ckpt`, which stays the best one wherever a training goes on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from pytorch_lightning.callbacks import ModelCheckpoint
from pytorch_lightning.utilities import rank_zero_only

NAME = "best.ckpt"


class BestCheckpoint(ModelCheckpoint):
    """Keep the checkpoint with the highest value of a metric.

    Lightning's forgets the best value when a training goes on in another folder, or in one that has been moved, and
    would then overwrite the best weights with worse ones.

    Args:
        folder: Of the run.
        monitor: Name of the metric.
    """

    def __init__(self, *, folder: Path, monitor: str) -> None:
        super().__init__(folder, Path(NAME).stem, monitor=monitor, mode="max", enable_version_counter=False)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take up the best value; where its file is in another folder, copy it."""
        here, before = Path(str(self.dirpath)) / NAME, state_dict["best_model_path"]
        if before and not here.exists() and Path(before).is_file():
            _copy(Path(before), here)
        moved = {str(here): value for value in state_dict["best_k_models"].values()}
        path = str(here) if before else ""
        places = {"dirpath": self.dirpath, "best_model_path": path, "kth_best_model_path": path, "best_k_models": moved}
        super().load_state_dict({**state_dict, **places})


@rank_zero_only
def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.part")
    shutil.copyfile(source, part)
    part.replace(target)
