from types import SimpleNamespace
from typing import Any

import pytest
import torch

from inpaint_zoo.callbacks import StepProgress


@pytest.mark.parametrize(("max_steps", "shown"), [(3, "3/3"), (-1, "3/?")])
def test_the_finished_bar_shows_steps_and_loss(capsys: pytest.CaptureFixture[str], max_steps: int, shown: str) -> None:
    callback: Any = StepProgress()
    trainer: Any = SimpleNamespace(max_steps=max_steps, global_step=0, callback_metrics={}, is_global_zero=True)
    callback.on_train_start(trainer, None)
    for step in (1, 2, 3):
        callback._shown_at = 0.0  # as if half a second had passed
        trainer.global_step = step
        trainer.callback_metrics = {"train/loss": torch.tensor(step / 4)}
        callback.on_train_batch_end(trainer, None, None, {"image": [0, 0]}, step)
    callback.on_train_end(trainer, None)
    line = capsys.readouterr().out
    assert shown in line
    assert "loss 0.75" in line
    assert "images/s" in line
    assert max(map(len, line.splitlines())) <= 80


def test_an_exception_gives_the_terminal_back() -> None:
    callback: Any = StepProgress()
    trainer: Any = SimpleNamespace(max_steps=3, global_step=0, callback_metrics={})
    callback.on_train_start(trainer, None)
    progress = callback._progress
    assert progress.live.is_started
    callback.on_exception(trainer, None, RuntimeError())
    assert not progress.live.is_started
