"""The weighted loss, optimizers of several groups, schedules, clipping."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.optimization import clip_each_group, make_optimizer, weighted_sum, with_schedule


def groups() -> list[dict[str, Any]]:
    torch.manual_seed(0)
    return [{"params": [*nn.Linear(3, 4).parameters()]}, {"params": [*nn.Linear(2, 1).parameters()], "lr_scale": 0.1}]


def optimizer(rate: float = 0.5) -> torch.optim.Optimizer:
    return make_optimizer(partial(torch.optim.SGD, lr=rate), groups(), "Toy")


def test_a_loss_is_its_terms_times_their_weights() -> None:
    terms = {"one": torch.tensor(2.0, requires_grad=True), "two": torch.tensor(3.0, requires_grad=True)}
    total = weighted_sum(terms, {"one": 10, "two": -1, "left_out": 0}, "Toy")
    total.backward()
    assert total.item() == 17
    assert [term.grad.item() for term in terms.values()] == [10, -1]  # type: ignore[union-attr]
    with pytest.raises(InputError, match=r"model\.loss_weights\.three: Toy has no such term"):
        weighted_sum(terms, {"one": 1, "two": 1, "three": 1}, "Toy")
    with pytest.raises(InputError, match=r"model\.loss_weights: all are 0, so that Toy learns nothing"):
        weighted_sum({}, {"one": 0}, "Toy")


def test_learning_rates_are_scaled_by_group() -> None:
    made = optimizer()
    assert [group["lr"] for group in made.param_groups] == [0.5, 0.05]
    assert [len(group["params"]) for group in made.param_groups] == [2, 2]
    assert all("lr_scale" not in group for group in made.param_groups)


def test_no_optimizer_and_bad_settings_of_one_are_named() -> None:
    with pytest.raises(InputError, match="Toy was built without an optimizer"):
        make_optimizer(None, groups(), "Toy")
    for factory in (partial(torch.optim.SGD, lr=-1), partial(torch.optim.Adam, betas=(2, 0))):
        with pytest.raises(InputError, match=r"model\.optimizer: "):
            make_optimizer(factory, groups(), "Toy")
    for scale in (-1, float("nan")):
        own = [{**group, "lr_scale": scale} for group in groups()]
        with pytest.raises(InputError, match=r"model\.discriminator_lr_scale=(-1|nan) must be a number from 0 on"):
            make_optimizer(partial(torch.optim.SGD, lr=1), own, "Toy")


def twin_of_clipping(gradient: Tensor, limit: float, algorithm: str) -> Tensor:
    if algorithm == "value":
        return gradient.clamp(-limit, limit)
    return gradient * min(1.0, limit / float(gradient.square().sum().sqrt()))


@pytest.mark.parametrize("algorithm", ["norm", "value"])
def test_each_group_is_clipped_separately(algorithm: str) -> None:
    made = optimizer()
    scales = (100.0, 1e-3)  # one network's gradients are large, the other's are far below the limit
    for scale, group in zip(scales, made.param_groups, strict=True):
        for parameter in group["params"]:
            parameter.grad = scale * torch.randn_like(parameter)
    gradients = [torch.cat([p.grad.flatten() for p in group["params"]]) for group in made.param_groups]
    clip_each_group(made, 0.5, algorithm)
    clipped = [torch.cat([p.grad.flatten() for p in group["params"]]) for group in made.param_groups]
    torch.testing.assert_close(clipped[0], twin_of_clipping(gradients[0], 0.5, algorithm))
    assert not torch.equal(clipped[0], gradients[0])
    assert torch.equal(clipped[1], gradients[1])


@pytest.mark.parametrize("limit", [None, 0.0])
def test_nothing_is_clipped_without_a_limit(limit: float | None) -> None:
    made = optimizer()
    parameter = made.param_groups[0]["params"][0]
    parameter.grad = torch.full_like(parameter, 1e6)
    clip_each_group(made, limit, "norm")
    assert parameter.grad.eq(1e6).all()


def test_a_schedule_moves_the_rates_of_all_groups_with_every_step() -> None:
    assert with_schedule(optimizer(), None).keys() == {"optimizer"}
    configured: Any = with_schedule(
        optimizer(), partial(torch.optim.lr_scheduler.MultiStepLR, milestones=[2], gamma=0.1)
    )
    assert configured["lr_scheduler"]["interval"] == "step"
    for _ in range(2):
        configured["optimizer"].step()
        configured["lr_scheduler"]["scheduler"].step()
    assert [group["lr"] for group in configured["optimizer"].param_groups] == pytest.approx([0.05, 0.005])


def test_schedules_that_do_not_count_steps_are_refused() -> None:
    schedulers = torch.optim.lr_scheduler
    with pytest.raises(InputError, match="ReduceLROnPlateau follows a metric"):
        with_schedule(optimizer(), schedulers.ReduceLROnPlateau)  # type: ignore[arg-type]
    for steps in (-1, 0):
        with pytest.raises(InputError, match=rf"model\.lr_schedule\.T_max={steps}: give a number of steps"):
            with_schedule(optimizer(), partial(schedulers.CosineAnnealingLR, T_max=steps))
    with pytest.raises(InputError, match=r"model\.lr_schedule: "):
        with_schedule(optimizer(), schedulers.StepLR)  # type: ignore[arg-type]  # without its steps
