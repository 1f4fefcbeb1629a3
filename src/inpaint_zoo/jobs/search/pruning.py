"""Report the validations of a trial to Optuna, and prune trials that fall behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytorch_lightning as pl

from inpaint_zoo.jobs.search.study import PRUNED, open_study

if TYPE_CHECKING:
    import optuna


class TrialPruning(pl.Callback):
    """Ends the training of a trial that the pruner rejects.

    The first rank asks Optuna, and all ranks end.

    Args:
        folder: The folder of the search.
        trial: Number of the trial that is being trained.
        pruner: A pruner of Optuna; None only reports validations.
        monitor: Name of the metric that the search optimises.
    """

    def __init__(self, *, folder: str | Path, trial: int, pruner: Any, monitor: str) -> None:
        self.folder = Path(folder)
        self.number = trial
        self.pruner = pruner
        self.monitor = monitor
        self._study: optuna.Study | None = None

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Report a validation, and stop the training if the trial is pruned."""
        value = trainer.callback_metrics.get(self.monitor)
        pruned = trainer.is_global_zero and value is not None and self._is_pruned(trainer.global_step, float(value))
        if trainer.strategy.broadcast(pruned):
            trainer.should_stop = True

    def _is_pruned(self, step: int, value: float) -> bool:
        # kept open: the journal is read once, and later only its new entries
        self._study = self._study or open_study(self.folder, self.pruner)
        from optuna.trial import Trial  # noqa: PLC0415

        (frozen,) = (one for one in self._study.trials if one.number == self.number)
        trial = Trial(self._study, frozen._trial_id)
        if step not in frozen.intermediate_values:  # a resumed training may repeat a validation
            trial.report(value, step)
        pruned = trial.should_prune()
        if pruned:
            trial.set_user_attr(PRUNED, step)
        return pruned
