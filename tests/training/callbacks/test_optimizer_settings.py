from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import ConstantLR

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.training.callbacks import OptimizerSettings
from inpaint_zoo.training.callbacks.optimizer_settings import check_same_optimizer

Make = Callable[..., InpaintingModule]


@pytest.fixture
def module() -> Make:
    config = compose_config("train", ["model=misf", "experiment=tiny", "model.network.num_residual_blocks=1"])

    def make(optimizer: Any, schedule: Any = None) -> InpaintingModule:
        made: InpaintingModule = construct(config.model, optimizer=optimizer)
        made.schedule_factory = schedule
        return made

    return make


def trainer_of(module: InpaintingModule) -> Any:
    configured: Any = module.configure_optimizers()
    schedules = (
        [SimpleNamespace(scheduler=configured["lr_scheduler"]["scheduler"])] if "lr_scheduler" in configured else []
    )
    return SimpleNamespace(optimizers=[configured["optimizer"]], lr_scheduler_configs=schedules)


def saved(module: InpaintingModule) -> dict[str, Any]:
    trainer = trainer_of(module)
    checkpoint: dict[str, Any] = {"optimizer_states": [trainer.optimizers[0].state_dict()]}
    OptimizerSettings().on_save_checkpoint(trainer, module, checkpoint)
    return checkpoint


def test_settings_that_are_given_now_win(module: Make) -> None:
    before, now = module(partial(Adam, lr=0.5, betas=(0.1, 0.2))), module(partial(Adam, lr=0.25, betas=(0.3, 0.4)))
    trainer = trainer_of(before)
    parameters = [group["params"] for group in trainer.optimizers[0].param_groups]
    OptimizerSettings().on_train_start(trainer, now)
    for group, kept, scale in zip(trainer.optimizers[0].param_groups, parameters, (1.0, 0.1), strict=True):
        assert (group["lr"], group["betas"]) == (pytest.approx(0.25 * scale), (0.3, 0.4))
        assert group["params"] is kept


def test_the_rates_under_a_schedule_are_those_of_the_schedule(module: Make) -> None:
    schedule = partial(ConstantLR, factor=0.5, total_iters=10)
    before, now = module(partial(SGD, lr=0.5), schedule), module(partial(SGD, lr=0.5, momentum=0.9), schedule)
    trainer = trainer_of(before)
    OptimizerSettings().on_train_start(trainer, now)
    assert [group["lr"] for group in trainer.optimizers[0].param_groups] == pytest.approx([0.25, 0.025])
    assert {group["momentum"] for group in trainer.optimizers[0].param_groups} == {0.9}


def test_another_kind_is_refused(module: Make) -> None:
    schedule = partial(ConstantLR, factor=0.5, total_iters=10)
    checkpoint = saved(module(partial(Adam, lr=0.5)))
    assert checkpoint["inpaint_zoo_optimizer"] == ["Adam"]
    check_same_optimizer(module(partial(Adam, lr=0.1)), checkpoint)
    with pytest.raises(InputError, match="was trained with Adam, this training has SGD: "):
        check_same_optimizer(module(partial(SGD, lr=0.5)), checkpoint)
    with pytest.raises(InputError, match="was trained with Adam, this training has Adam and ConstantLR: "):
        check_same_optimizer(module(partial(Adam, lr=0.5), schedule), checkpoint)


def test_another_rate_in_the_middle_of_a_schedule_is_refused(module: Make) -> None:
    schedule = partial(ConstantLR, factor=0.5, total_iters=10)
    checkpoint = saved(module(partial(Adam, lr=0.5), schedule))
    assert checkpoint["inpaint_zoo_optimizer"] == ["Adam", "ConstantLR"]
    check_same_optimizer(module(partial(Adam, lr=0.5), schedule), checkpoint)
    with pytest.raises(InputError, match=r"model\.optimizer\.lr was 0\.5; with an lr_schedule it cannot be changed"):
        check_same_optimizer(module(partial(Adam, lr=0.1), schedule), checkpoint)


def test_a_checkpoint_that_says_nothing_about_its_optimizer_passes(module: Make) -> None:
    torch.manual_seed(0)
    check_same_optimizer(module(partial(Adam, lr=0.1)), {"optimizer_states": []})
