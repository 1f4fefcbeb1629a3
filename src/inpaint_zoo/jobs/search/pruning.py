"""Tell Optuna how a trial's validations go, and end those that fall behind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytorch_lightning as pl

from inpaint_zoo.jobs.search.study import PRUNED, open_study

if TYPE_CHECKING:
    import optuna


class TrialPruning(pl.Callback):
    """Ends a training of a search whose validations the pruner finds hopeless.

    The first of several processes asks Optuna, and all of them end.

    Args:
        folder: Of the search.
        trial: Number of the trial that is being trained.
        pruner: Of Optuna; None only reports.
        monitor: Name of the metric that the search is for.
    """

    def __init__(self, *, folder: str | Path, trial: int, pruner: Any, monitor: str) -> None:
        self.folder = Path(folder)
        self.number = trial
        self.pruner = pruner
        self.monitor = monitor
        self._study: optuna.Study | None = None

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Report a validation and ask."""
        value = trainer.callback_metrics.get(self.monitor)
        hopeless = trainer.is_global_zero and value is not None and self._is_hopeless(trainer.global_step, float(value))
        if trainer.strategy.broadcast(hopeless):
            trainer.should_stop = True

    def _is_hopeless(self, step: int, value: float) -> bool:
        # the journal is read once, and after that only what is new in it
        self._study = self._study or open_study(self.folder, self.pruner)
        from optuna.trial import Trial  # noqa: PLC0415

        (frozen,) = (one for one in self._study.trials if one.number == self.number)
        trial = Trial(self._study, frozen._trial_id)
        if step not in frozen.intermediate_values:  # a resumed training makes up for a validation that it has lost
            trial.report(value, step)
        hopeless = trial.should_prune()
        if hopeless:
            trial.set_user_attr(PRUNED, step)
        return hopeless
