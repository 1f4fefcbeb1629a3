from __future__ import annotations

import pytest
import torch

from inpaint_zoo.models.conversion import patch_discriminator_name
from inpaint_zoo.models.misf import MISF
from inpaint_zoo.models.misf.conversion import convert, convert_discriminator, generator_name

WEIGHTS = {"l1": 1.0, "perceptual": 0.1, "style": 250.0, "adversarial": 0.1, "discriminator": 1.0}
RECORDED = {
    "l1": "l_l1",
    "perceptual": "l_per",
    "style": "l_sty",
    "adversarial": "l_g2",
    "discriminator": "l_d2",
}


def build(loss_network: str, base_channels: int = 8, weights: dict[str, float] = WEIGHTS, **more: bool) -> MISF:
    return MISF(
        network={"base_channels": base_channels, "num_residual_blocks": 8 if base_channels == 64 else 1},
        discriminator={"base_channels": base_channels},
        discriminator_lr_scale=0.1,
        adversarial_loss="non_saturating",
        loss_network=loss_network,
        loss_weights=weights,
        optimizer=lambda groups: torch.optim.Adam(groups, lr=1e-4, betas=(0.0, 0.9)),
        **more,
    )


@pytest.fixture(scope="module")
def trained(golden, released_state_dict, tmp_path_factory):
    """The published module after backward on the recorded batch: G in train mode, D in eval mode."""
    file = tmp_path_factory.mktemp("vgg") / "vgg19.pt"
    torch.save(released_state_dict("vgg19"), file)
    module = build(str(file), 64)
    module.network.load_state_dict(convert(released_state_dict("misf_generator"), module.network.state_dict()))
    state = convert_discriminator(released_state_dict("misf_discriminator"), module.discriminator.state_dict())
    module.discriminator.load_state_dict(state)
    module.discriminator.eval()
    recorded = golden("misf")
    terms = module.losses({"image": recorded.image, "mask": recorded.mask, "name": ["a", "b"]})
    torch.stack([module.loss_weights[name] * term for name, term in terms.items()]).sum().backward()
    return module, terms, recorded.record


@pytest.mark.parametrize("term", WEIGHTS)
def test_loss_terms_are_those_of_the_published_implementation(trained, term):
    _, terms, record = trained
    assert WEIGHTS[term] * terms[term].item() == pytest.approx(record["losses"][RECORDED[term]], rel=1e-5)


def test_generator_total_is_that_of_the_published_implementation(trained):
    _, terms, record = trained
    total = sum(WEIGHTS[name] * term.item() for name, term in terms.items() if name != "discriminator")
    assert total == pytest.approx(record["generator_total"], rel=1e-5)


@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_gradient_norms_are_those_of_the_published_implementation(trained, network):
    module, _, record = trained
    parameters = dict((module.network if network == "generator" else module.discriminator).named_parameters())
    rename = generator_name if network == "generator" else patch_discriminator_name
    expected = record[f"{network}_grad_norms"]
    assert {rename(name) for name in expected} == set(parameters)
    noise = 1e-6 * max(expected.values())
    for name, norm in expected.items():
        assert parameters[rename(name)].grad.norm().item() == pytest.approx(norm, rel=1e-3, abs=noise), name


def test_discriminator_learns_at_a_tenth_of_the_rate():
    optimizer = build("random").configure_optimizers()["optimizer"]
    assert [group["lr"] for group in optimizer.param_groups] == [1e-4, pytest.approx(1e-5)]


def test_one_step_equals_the_two_separate_steps_of_the_paper():
    """Backward of the sum equals G's backward with D's gradients thrown away, then D's own backward."""
    module = build("random")
    batch = {"image": torch.rand(2, 3, 32, 32), "mask": (torch.rand(2, 1, 32, 32) > 0.5).float(), "name": ["a", "b"]}
    module.discriminator.eval()
    sum(WEIGHTS[name] * term for name, term in module.losses(batch).items()).backward()
    together = [parameter.grad.clone() for parameter in module.parameters()]
    module.zero_grad()
    terms = module.losses(batch)
    parameters = list(module.network.parameters())
    generator_loss = sum(WEIGHTS[name] * terms[name] for name in ("l1", "perceptual", "style", "adversarial"))
    separate = [*torch.autograd.grad(generator_loss, parameters)]
    separate += torch.autograd.grad(terms["discriminator"], list(module.discriminator.parameters()))
    for one, other in zip(together, separate, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("frozen", [True, False])
def test_the_released_loop_adds_the_gradient_of_the_adversarial_term_to_that_of_the_discriminator(frozen):
    """The twin: G's backward pass, then D's, and only a frozen D loses what G's left in it."""
    weights = {**WEIGHTS, "perceptual": 0, "style": 0}
    torch.manual_seed(0)
    module = build("none", weights=weights, **({} if frozen else {"frozen_discriminator": False}))
    batch = {"image": torch.rand(2, 3, 32, 32), "mask": (torch.rand(2, 1, 32, 32) > 0.5).float(), "name": ["a", "b"]}
    module.discriminator.eval()  # spectral norms stand still
    sum(weights[name] * term for name, term in module.losses(batch).items()).backward()
    together = [parameter.grad.clone() for parameter in module.parameters()]
    module.zero_grad()

    output, bce = module.network.generate(batch["image"], batch["mask"]), torch.nn.functional.softplus
    l1 = (output - batch["image"]).abs().mean() / batch["mask"].mean()
    (l1 + 0.1 * bce(-module.discriminator(output)).mean()).backward()
    if frozen:
        module.discriminator.zero_grad()
    real, fake = module.discriminator(batch["image"]), module.discriminator(output.detach())
    ((bce(-real).mean() + bce(fake).mean()) / 2).backward()
    for one, parameter in zip(together, module.parameters(), strict=True):
        torch.testing.assert_close(one, parameter.grad, rtol=1e-4, atol=1e-7)


def test_a_discriminator_that_is_not_trained_gets_no_gradient_from_the_released_loop_either():
    module = build(
        "none", weights={**WEIGHTS, "perceptual": 0, "style": 0, "discriminator": 0}, frozen_discriminator=False
    )
    batch = {"image": torch.rand(1, 3, 32, 32), "mask": torch.ones(1, 1, 32, 32), "name": ["a"]}
    module.losses(batch)["adversarial"].backward()
    assert all(parameter.grad is None for parameter in module.discriminator.parameters())


def test_terms_with_weight_zero_are_not_computed_and_need_no_loss_network():
    module = build("/does/not/exist", weights={**WEIGHTS, "perceptual": 0, "style": 0})
    batch = {"image": torch.rand(1, 3, 32, 32), "mask": torch.ones(1, 1, 32, 32), "name": ["a"]}
    assert set(module.losses(batch)) == {"l1", "adversarial", "discriminator"}


@pytest.mark.parametrize("he", [True, False])
def test_the_kernel_branch_may_start_with_weights_that_keep_the_scale(he):
    torch.manual_seed(0)
    network = build("random", weights={**dict.fromkeys(WEIGHTS, 0), "l1": 1}, he_initialisation=he).network
    layer = network.kernel_prediction.bottom[0]
    assert layer.weight.std().item() == pytest.approx((2 / (9 * layer.in_channels)) ** 0.5 if he else 0.02, rel=0.05)
    assert network.encoder2[0].weight.std().item() == pytest.approx(0.02, rel=0.05)
