from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from inpaint_zoo.training.callbacks import LastCheckpoint


@pytest.fixture
def no_validation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inpaint_zoo.training.callbacks.last_checkpoint._validation_follows", lambda _: False)


def saved_at(steps: list[int], every: int, max_steps: int, minutes: float) -> list[int]:
    """The steps at which a training that ends batches at these steps writes."""
    callback: Any = LastCheckpoint(every=every, minutes=minutes, agree_every=1)
    saved: list[int] = []
    trainer = SimpleNamespace(max_steps=max_steps, max_epochs=-1, current_epoch=0, global_step=0, world_size=1)
    trainer.should_stop, trainer.default_root_dir = False, "run"
    trainer.save_checkpoint = lambda path: saved.append(trainer.global_step) if path == Path("run/last.ckpt") else None
    for step in steps:
        trainer.global_step = step
        callback.on_train_batch_end(trainer, None)
    return saved


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
def test_it_is_written_when_due(
    no_validation: None, steps: list[int], every: int, max_steps: int, written: list[int]
) -> None:
    assert saved_at(steps, every, max_steps, minutes=10) == written


def test_it_is_written_when_time_is_over(no_validation: None) -> None:
    assert saved_at([1, 2, 3], 1000, 1000, minutes=0) == [1, 2, 3]


@pytest.mark.parametrize(("dropped", "kept_steps"), [([], 50), (["steps_from"], 49)])
def test_logs_of_earlier_versions_count_from_0(dropped: list[str], kept_steps: int) -> None:
    callback: Any = LastCheckpoint(every=10, minutes=10, agree_every=1)
    state = callback.state_dict()
    callback.load_state_dict({key: value for key, value in state.items() if key not in dropped})
    callback.signals = SimpleNamespace(install=lambda: None)
    rewound: list[int] = []
    logger = SimpleNamespace(rewind=lambda num_steps, **_: rewound.append(num_steps))
    trainer = SimpleNamespace(global_step=50, loggers=[logger], fit_loop=SimpleNamespace(epoch_loop=SimpleNamespace()))
    callback.on_train_start(trainer, None)
    assert rewound == [kept_steps]
    assert callback.state_dict()["steps_from"] == 1
