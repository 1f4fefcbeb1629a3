from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inpaint_zoo.callbacks import LastCheckpoint


@pytest.mark.parametrize(
    ("steps", "every", "max_steps", "written"),
    [
        ([1, 2, 3, 4, 5], 2, 5, [2, 4, 5]),
        ([1, 2, 3, 4], 2, 4, [2, 4]),
        ([1, 1, 2, 2, 3, 3], 2, -1, [2]),
        ([1, 2], 1000, 2, [2]),
    ],
    ids=["the last step too", "not twice", "accumulated batches", "a short run"],
)
def test_it_is_written_when_due(steps: list[int], every: int, max_steps: int, written: list[int]) -> None:
    callback: Any = LastCheckpoint(path=Path("last.ckpt"), every=every)
    saved = []
    trainer = SimpleNamespace(max_steps=max_steps, global_step=0, save_checkpoint=lambda path: saved.append(step))
    for step in steps:
        trainer.global_step = step
        callback.on_train_batch_end(trainer, None)
    assert saved == written
