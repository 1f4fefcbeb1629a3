import logging
from dataclasses import replace

import pytest
import torch

from inpaint_zoo.benchmark.subject import Case, forward_call, make_batch, step_call
from inpaint_zoo.errors import InputError

TINY = Case("misf", 64, 2, "32", {"base_channels": 8})


def test_the_batch_keeps_the_conventions() -> None:
    batch = make_batch(TINY)
    assert batch["image"].shape == (2, 3, 64, 64)
    assert batch["image"].min() >= 0
    assert batch["image"].max() <= 1
    assert batch["image"].std() > 0.1  # an image, not a plain area
    assert batch["mask"].unique().tolist() == [0, 1]
    assert batch["mask"].mean() == 0.25
    assert len(batch["name"]) == 2


def test_a_forward_pass_runs_in_eval_and_inference_mode() -> None:
    network = TINY.create_network()
    seen: list[tuple[bool, bool, torch.Size]] = []
    network.register_forward_hook(
        lambda module, _, output: seen.append(
            (module.training, torch.is_inference_mode_enabled(), output.composite.shape)
        )
    )
    forward_call(network, TINY)()
    assert seen == [(False, True, torch.Size((2, 3, 64, 64)))]


def test_a_step_moves_every_part_that_learns(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        module = TINY.create_module()
    assert caplog.messages == []  # the benchmark's notes speak of the random loss network
    assert module.training
    before = {name: value.clone() for name, value in module.named_parameters()}
    step_call(module, TINY)()
    moved = {name.split(".")[0] for name, value in module.named_parameters() if not torch.equal(value, before[name])}
    assert moved == {"network", "discriminator"}


def test_a_step_weighs_its_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    module = TINY.create_module()
    leaf = torch.ones(2, requires_grad=True)
    monkeypatch.setattr(module, "losses", lambda batch: {"l1": leaf[0], "style": leaf[1]})
    step_call(module, TINY)()
    assert leaf.grad is not None
    assert leaf.grad.tolist() == [module.loss_weights["l1"], module.loss_weights["style"]]


def test_the_discriminator_is_as_wide_as_the_network() -> None:
    module = TINY.create_module()
    assert module.hparams["discriminator"]["base_channels"] == 8


def test_bfloat16_is_autocast() -> None:
    case = replace(TINY, precision="bf16")
    network = case.create_network()
    kinds = set()
    for layer in network.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.register_forward_hook(lambda *arguments: kinds.add(arguments[-1].dtype))
    forward_call(network, case)()
    assert kinds == {torch.bfloat16}


@pytest.mark.parametrize(
    ("case", "complaint"),
    [
        (replace(TINY, model="misff"), "did you mean 'misf'"),
        (replace(TINY, network={"base_chanels": 8}), "did you mean 'base_channels'"),
        (replace(TINY, size=62), "multiples of 4"),
        (replace(TINY, size=20), "24x24"),
    ],
)
def test_mistakes_are_found_before_anything_is_measured(case: Case, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        case.check(steps=True)
