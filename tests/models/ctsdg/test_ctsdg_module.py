from __future__ import annotations

import pytest
import torch
from torch import nn

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.ctsdg import CTSDG
from inpaint_zoo.models.ctsdg.conversion import (
    convert,
    convert_discriminator,
    discriminator_name,
    generator_name,
)

WEIGHTS = {
    "hole": 60.0,
    "valid": 10.0,
    "perceptual": 0.1,
    "style": 250.0,
    "adversarial": 0.1,
    "intermediate": 1.0,
    "discriminator": 1.0,
}


def build(loss_network="random", *, tiny=True, weights=WEIGHTS, frozen_batch_norm=False):
    return CTSDG(
        network={
            "base_channels": 8 if tiny else 64,
            "num_levels": 3 if tiny else 7,
            "dilations": [1, 2, 4, 8],
            "sequential_fusion": True,
            "edge_source": "complete",
            "edge_range": "clean",
        },
        discriminator={"base_channels": 8 if tiny else 64},
        discriminator_lr_scale=0.1,
        adversarial_loss="non_saturating",
        frozen_batch_norm=frozen_batch_norm,
        loss_network=loss_network,
        loss_weights=weights,
        optimizer=lambda groups: torch.optim.Adam(groups, lr=2e-4, betas=(0.9, 0.999)),
    )


def random_batch():
    generator = torch.Generator().manual_seed(1)
    mask = (torch.rand(2, 1, 32, 40, generator=generator) > 0.7).float()
    return {"image": torch.rand(2, 3, 32, 40, generator=generator), "mask": mask, "name": ["a", "b"]}


def weighted(module, terms):
    return torch.stack([module.loss_weights[name] * term for name, term in terms.items()]).sum()


@pytest.fixture(scope="module")
def trained(golden, released_state_dict, tmp_path_factory):
    """The published module after backward on the recorded batch: G in train mode, D in eval mode."""
    file = tmp_path_factory.mktemp("vgg") / "vgg16.pt"
    torch.save(released_state_dict("vgg16"), file)
    module = build(str(file), tiny=False)
    module.network.load_state_dict(convert(released_state_dict("ctsdg_generator"), module.network.state_dict()))
    state = convert_discriminator(released_state_dict("ctsdg_discriminator"), module.discriminator.state_dict())
    module.discriminator.load_state_dict(state)
    module.discriminator.eval()
    recorded = golden("ctsdg")
    terms = module.losses({"image": recorded.image, "mask": recorded.mask, "name": ["a", "b", "c", "d"]})
    weighted(module, terms).backward()
    return module, terms, recorded.record


@pytest.mark.parametrize("term", WEIGHTS)
def test_loss_terms_are_those_of_the_published_implementation(trained, term):
    _, terms, record = trained
    expected = {**record["losses"], "loss_discriminator": record["discriminator_total"]}[f"loss_{term}"]
    assert terms[term].item() == pytest.approx(expected, rel=1e-5)


def test_generator_total_is_that_of_the_published_implementation(trained):
    _, terms, record = trained
    total = sum(WEIGHTS[name] * term.item() for name, term in terms.items() if name != "discriminator")
    assert total == pytest.approx(record["generator_total"], rel=1e-5)


@pytest.mark.parametrize("network", ["generator", "discriminator"])
def test_gradient_norms_are_those_of_the_published_implementation(trained, network):
    module, _, record = trained
    parameters = dict((module.network if network == "generator" else module.discriminator).named_parameters())
    rename = generator_name if network == "generator" else discriminator_name
    expected = record[f"{network}_grad_norms"]
    assert {rename(name) for name in expected} == set(parameters)
    noise = 1e-6 * max(expected.values())
    for name, norm in expected.items():
        difference = abs(parameters[rename(name)].grad.norm().item() - norm)
        assert difference <= 2e-3 * norm + noise, name


def test_discriminator_learns_at_a_tenth_of_the_rate():
    optimizer = build().configure_optimizers()["optimizer"]
    assert [group["lr"] for group in optimizer.param_groups] == [2e-4, pytest.approx(2e-5)]
    assert sum(len(group["params"]) for group in optimizer.param_groups) == len(list(build().parameters()))


def test_one_step_equals_the_two_separate_steps_of_the_paper():
    """Backward of the sum equals G's backward with D's gradients thrown away, then D's own backward."""
    module, batch = build(), random_batch()
    module.eval()
    weighted(module, module.losses(batch)).backward()
    together = [parameter.grad.clone() for parameter in module.parameters()]
    module.zero_grad()
    terms = module.losses(batch)
    own = terms.pop("discriminator")
    separate = [*torch.autograd.grad(weighted(module, terms), list(module.network.parameters()))]
    separate += torch.autograd.grad(own, list(module.discriminator.parameters()))
    for one, other in zip(together, separate, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def test_discriminator_passes_come_in_the_published_order(monkeypatch):
    """G's step, then the complete image, then the output again: spectral norms and statistics move with each pass."""
    module, batch, passes = build(), random_batch(), []
    for layer in (module.discriminator.edge_detector, module.discriminator.texture_branch):
        name = type(layer).__name__
        layer.register_forward_pre_hook(lambda _, inputs, name=name: passes.append((name, inputs[0])))
    module.losses(batch)
    names = [name for name, _ in passes]
    assert names == ["EdgeDetector", "PatchDiscriminator"] * 3
    for_generator, real, fake = (passes[index][1] for index in (0, 2, 4))
    assert for_generator.requires_grad
    assert torch.equal(real, 2 * batch["image"] - 1)
    assert torch.equal(fake, for_generator)
    assert not fake.requires_grad


def test_statistics_move_as_in_separate_steps():
    module, batch = build(), random_batch()
    twin = build()
    twin.load_state_dict(module.state_dict())
    module.losses(batch)
    truth = twin.network.extract_structure.of_batch(batch)["truth"]
    image = 2 * batch["image"] - 1
    output = twin.network.generate(image, batch["mask"], truth).image.detach()
    for each in (output, image, output):
        edge = twin.discriminator.detect(each).sigmoid()
        twin.discriminator(each, truth.edge if each is image else edge, truth.gray)
    expected = twin.state_dict()
    for name, value in module.state_dict().items():
        torch.testing.assert_close(value, expected[name], msg=name)


def test_the_true_edge_and_gray_come_from_the_complete_image():
    module, batch = build(), random_batch()
    seen = []
    module.discriminator.structure_branch.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    module.losses(batch)
    truth = module.network.extract_structure.of_batch(batch)["truth"]
    assert all(torch.equal(each[:, 1:], truth.gray) for each in seen)
    assert torch.equal(seen[1][:, :1], truth.edge)


def test_frozen_batch_norm_keeps_statistics_but_learns_scales():
    module = build(frozen_batch_norm=True).train()
    before = {name: value.clone() for name, value in module.network.state_dict().items()}
    weighted(module, module.losses(random_batch())).backward()
    norms = {name: layer for name, layer in module.network.named_modules() if isinstance(layer, nn.BatchNorm2d)}
    for name, layer in norms.items():
        assert not layer.training
        assert torch.equal(layer.running_mean, before[f"{name}.running_mean"])
        assert layer.weight.grad is not None
    assert module.network.training
    assert module.discriminator.edge_detector.projection[1].training


def test_frozen_batch_norm_trains_on_one_small_image():
    module = build(frozen_batch_norm=True).train()
    batch = {"image": torch.rand(1, 3, 24, 24), "mask": torch.zeros(1, 1, 24, 24), "name": ["a"]}
    assert weighted(module, module.losses(batch)).isfinite()


def test_terms_with_weight_zero_are_not_computed_and_need_no_loss_network():
    weights = {**WEIGHTS, "perceptual": 0, "style": 0, "adversarial": 0, "intermediate": 0, "discriminator": 0}
    assert set(build("/does/not/exist", weights=weights).losses(random_batch())) == {"hole", "valid"}
    only_style = {**weights, "style": 1}
    assert set(build(weights=only_style).losses(random_batch())) == {"hole", "valid", "style"}


def test_a_step_under_autocast_is_near_the_one_in_float32():
    module, batch = build().eval(), random_batch()
    expected = module.losses(batch)
    with torch.autocast("cpu", torch.bfloat16):
        terms = module.losses(batch)
    weighted(module, terms).backward()
    for name, term in terms.items():
        assert term.item() == pytest.approx(expected[name].item(), rel=0.05), name
    assert all(parameter.grad.isfinite().all() for parameter in module.parameters())


def test_sizes_that_do_not_fit_are_explained_in_training_too():
    batch = {"image": torch.rand(1, 3, 30, 32), "mask": torch.zeros(1, 1, 30, 32), "name": ["a"]}
    with pytest.raises(InputError, match="32x32"):
        build().losses(batch)


def test_what_cannot_be_trained_is_known_before_the_first_step():
    module = build()
    module.check_training(1, 24, 24)
    with pytest.raises(InputError, match="24x24 pixels or more, not 32x16"):
        module.check_training(2, 16, 32)
    module.network.stride = module.network.minimum_size = 128
    with pytest.raises(InputError, match=r"one image of 128x128 .* data\.batch_size or data\.size"):
        module.check_training(1, 128, 128)
    for batch_size, height, width in ((2, 128, 128), (1, 256, 128)):
        module.check_training(batch_size, height, width)
    module.frozen_batch_norm = True
    module.check_training(1, 128, 128)
