from __future__ import annotations

from typing import Any

import pytest
import torch

from inpaint_zoo.models.deepfillv2 import DeepFillv2
from inpaint_zoo.models.deepfillv2.conversion import (
    convert,
    convert_discriminator,
    discriminator_name,
    generator_name,
)

WEIGHTS = {"coarse": 1.0, "refined": 1.0, "adversarial": 1.0, "discriminator": 1.0}
RECORDED = {"coarse": "ae_coarse", "refined": "ae_refined", "adversarial": "adversarial"}
NETWORK = {"dilations": [2, 4], "resampling": "tensorflow", "fusion": True, "channels": "rgb", "base_channels": 8}
PUBLISHED = {**NETWORK, "dilations": [2, 4, 8, 16], "base_channels": 24}


def build(network: dict[str, Any] = NETWORK, base_channels: int = 8, **changes: Any) -> DeepFillv2:
    torch.manual_seed(0)
    arguments = {"loss_weights": WEIGHTS, "adversarial_loss": "hinge", "discriminator_lr_scale": 1} | changes
    return DeepFillv2(
        network=network,
        discriminator={"base_channels": base_channels},
        optimizer=lambda groups: torch.optim.Adam(groups, lr=1e-4, betas=(0.5, 0.999)),
        **arguments,
    )


@pytest.fixture
def batch() -> dict[str, Any]:
    torch.manual_seed(1)
    mask = torch.zeros(2, 1, 40, 32)
    mask[0, :, 4:20, 8:24] = mask[1, :, 16:32, 2:12] = 1
    return {"image": torch.rand(2, 3, 40, 32), "mask": mask, "name": ["a", "b"]}


@pytest.fixture(scope="module")
def trained(golden, released_state_dict):
    """The published module after backward on the recorded batch, D in eval mode."""
    module, recorded = build(PUBLISHED, 64), golden("deepfillv2")
    module.network.load_state_dict(convert(released_state_dict("deepfillv2_generator"), module.network.state_dict()))
    state = convert_discriminator(released_state_dict("deepfillv2_discriminator"), module.discriminator.state_dict())
    module.discriminator.load_state_dict(state)
    module.discriminator.eval()
    scores = []
    handle = module.discriminator.register_forward_hook(lambda _, __, output: scores.append(output.detach()))
    terms = module.losses({"image": recorded.image, "mask": recorded.mask, "name": ["a", "b"]})
    handle.remove()
    torch.stack(list(terms.values())).sum().backward()
    return module, terms, scores, recorded


@pytest.mark.parametrize("term", WEIGHTS)
def test_loss_terms_are_those_of_the_authors_code(trained, term):
    _, terms, _, recorded = trained
    assert terms[term].item() == pytest.approx(recorded.record["terms"][RECORDED.get(term, term)], rel=1e-5)


def test_total_and_scores_are_those_of_the_authors_code(trained):
    _, terms, scores, recorded = trained
    total = sum(terms[name].item() for name in RECORDED)
    assert total == pytest.approx(recorded.record["generator_total"], rel=1e-5)
    expected = recorded.stored("scores")
    assert (scores[0] - expected).abs().max() < 3e-5 * expected.abs().max()
    assert (scores[1] - expected[2:]).abs().max() < 3e-5 * expected.abs().max()


@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_gradient_norms_are_those_of_the_authors_code(trained, network):
    module, _, _, recorded = trained
    parameters = dict((module.network if network == "generator" else module.discriminator).named_parameters())
    rename = generator_name if network == "generator" else discriminator_name
    expected = recorded.record[f"{network}_grad_norms"]
    assert {rename(name) for name in expected} == set(parameters)
    noise = 1e-6 * max(expected.values())
    for name, norm in expected.items():
        assert parameters[rename(name)].grad.norm().item() == pytest.approx(norm, rel=2e-3, abs=noise), name


def test_losses_are_those_of_the_formulas(batch):
    module = build().eval()
    image, hole = 2 * batch["image"] - 1, batch["mask"]
    coarse, refined = module.network.generate(image, hole)
    made = refined * hole + image * (1 - hole)
    real, fake = (module.discriminator(each, hole) for each in (image, made))
    expected = {
        "coarse": (coarse - image).abs().mean(),
        "refined": (refined - image).abs().mean(),
        "adversarial": -fake.mean(),
        "discriminator": ((1 - real).clamp_min(0).mean() + (1 + fake).clamp_min(0).mean()) / 2,
    }
    terms = module.losses(batch)
    assert terms.keys() == expected.keys()
    for name, term in terms.items():
        assert term.item() == pytest.approx(expected[name].item(), rel=1e-5), name


@pytest.mark.parametrize("size", [(16, 16), (40, 72)])
@pytest.mark.parametrize("resampling", ["tensorflow", "symmetric"])
def test_the_discriminator_halves_any_size_six_times(size, resampling):
    discriminator = build({**NETWORK, "resampling": resampling}).discriminator
    scores = discriminator(torch.rand(1, 3, *size), torch.zeros(1, 1, *size))
    assert scores.shape == (1, 32, -(-size[0] // 64), -(-size[1] // 64))


def test_generator_is_taught_by_the_discriminator_in_the_hole_alone(batch):
    module = build()
    image, hole = 2 * batch["image"] - 1, batch["mask"]
    generated = module.network.generate(image, hole)
    generated.refined.retain_grad()
    module.losses_of(generated, image, hole)["adversarial"].backward()
    assert generated.refined.grad.abs().sum(1, keepdim=True)[hole == 0].sum() == 0
    assert generated.refined.grad.abs().sum() > 0
    assert all(parameter.grad is None for parameter in module.discriminator.parameters())
    assert all(parameter.requires_grad for parameter in module.discriminator.parameters())


def test_each_step_turns_the_singular_vectors_twice(batch):
    """One power iteration for real and generated images together, one for the generator."""
    module, twin = build(), build()
    module.losses(batch)
    for _ in range(2):
        twin.discriminator(2 * batch["image"] - 1, batch["mask"])
    moved, expected = (dict(each.discriminator.named_buffers()) for each in (module, twin))
    for name, value in expected.items():
        torch.testing.assert_close(moved[name], value)
    assert not torch.equal(moved[name], dict(build().discriminator.named_buffers())[name])


def test_both_networks_learn_at_the_same_rate():
    assert [group["lr"] for group in build().make_optimizer().param_groups] == [1e-4, 1e-4]


def test_what_no_term_looks_at_does_not_learn(batch):
    module = build(loss_weights={**WEIGHTS, "refined": 0, "adversarial": 0, "discriminator": 0})
    torch.stack(list(module.losses(batch).values())).sum().backward()
    learning = {name for name, value in module.named_parameters() if value.requires_grad}
    assert learning == {name for name, value in module.named_parameters() if value.grad is not None}
    assert all(name.startswith("network.coarse.") for name in learning)
