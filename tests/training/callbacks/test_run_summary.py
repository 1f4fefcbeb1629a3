from types import SimpleNamespace
from typing import Any

import pytest
import torch

from inpaint_zoo.batch import Batch, Prediction, composite
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.callbacks import RunSummary, ValidationMetrics


class Taker:
    """A logger that remembers."""

    def __init__(self) -> None:
        self.best: dict[str, float] = {}
        self.worst: list[Any] = []
        self.step = -1

    def log_best(self, values: dict[str, float]) -> None:
        self.best = dict(values)

    def log_worst(self, images: list[Any], step: int) -> None:
        self.worst, self.step = images, step


def validate(callbacks: list[Any], trainer: Any, errors: dict[str, float], hole: bool = True) -> None:
    """Two batches of images by name, each filled with this error."""
    for callback in callbacks:
        callback.on_validation_epoch_start(trainer, None)
    names = list(errors)
    for number, part in enumerate((names[:2], names[2:])):
        image, mask = torch.full((len(part), 3, 16, 16), 0.5), torch.zeros(len(part), 1, 16, 16)
        mask[..., 4:12, 4:12] = float(hole)
        output = image + torch.tensor([errors[name] for name in part])[:, None, None, None]
        prediction = Prediction(output, composite(output, image, mask), {})
        for callback in callbacks:
            callback.on_validation_batch_end(
                trainer, None, {"prediction": prediction}, Batch(image=image, mask=mask, name=part), number
            )
    callbacks[1].on_validation_epoch_end(trainer, None)


@pytest.fixture
def trainer() -> Any:
    return SimpleNamespace(loggers=[Taker(), object()], global_step=10, callback_metrics={})


def test_the_worst_images_of_the_last_validation_come_first(trainer: Any) -> None:
    callbacks = trainer.callbacks = [ValidationMetrics(), RunSummary(num_worst=2)]
    callbacks[1].setup(trainer, None, "fit")
    validate(callbacks, trainer, {"a": 0.4, "b": 0.4, "c": 0.4, "d": 0.4})
    validate(callbacks, trainer, {"a": 0.1, "b": 0.2, "c": 0.05, "d": 0.3})
    callbacks[1].on_exception(trainer, None, KeyboardInterrupt())
    taker = trainer.loggers[0]
    assert [worst.shown.name for worst in taker.worst] == ["d", "b"]
    assert [worst.ratio for worst in taker.worst] == [0.25, 0.25]
    assert taker.worst[0].hole_psnr == pytest.approx(-20 * torch.log10(torch.tensor(0.3)).item(), abs=0.1)
    assert taker.step == 10


def test_a_image_without_a_hole_is_none_of_the_worst(trainer: Any) -> None:
    callbacks = trainer.callbacks = [ValidationMetrics(), RunSummary(num_worst=2)]
    callbacks[1].setup(trainer, None, "fit")
    validate(callbacks, trainer, {"a": 0.4, "b": 0.4, "c": 0.4}, hole=False)
    callbacks[1].on_train_end(trainer, None)
    assert trainer.loggers[0].worst == []


def test_best_values_follow_each_metric_s_direction_and_outlive_a_resumption(trainer: Any) -> None:
    callback: Any = RunSummary(num_worst=2)
    callback.metrics = ValidationMetrics()
    for psnr, l1 in ((20.0, 0.3), (25.0, 0.2), (22.0, 0.4)):
        trainer.callback_metrics = {
            "val/psnr": torch.tensor(psnr), "val/20-40/hole_l1": torch.tensor(l1), "val/l1": torch.tensor(l1),
            "train/loss": torch.tensor(1.0),
        }  # fmt: skip
        callback.on_validation_end(trainer, None)
    expected = {"val/psnr": 25.0, "val/20-40/hole_l1": pytest.approx(0.2), "val/l1": pytest.approx(0.2)}
    assert trainer.loggers[0].best == expected
    resumed: Any = RunSummary(num_worst=2)
    resumed.metrics = callback.metrics
    resumed.load_state_dict(callback.state_dict())
    trainer.callback_metrics = {"val/psnr": torch.tensor(21.0)}
    resumed.on_validation_end(trainer, None)
    assert trainer.loggers[0].best == expected


def test_without_metrics_there_is_no_summary(trainer: Any) -> None:
    callback: Any = RunSummary(num_worst=2)
    trainer.callbacks = [callback]
    with pytest.raises(InputError, match=r"^callbacks\.run_summary needs callbacks\.validation_metrics: "):
        callback.setup(trainer, None, "fit")
