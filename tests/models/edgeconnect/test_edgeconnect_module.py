from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.conversion import patch_discriminator_name, rename_strictly
from inpaint_zoo.models.edgeconnect.conversion import convert, generator_name
from inpaint_zoo.models.edgeconnect.module import EdgeConnect

STAGES = {
    "edge": "edgeconnect_edge",
    "inpaint": "edgeconnect_inpaint",
    "edge_inpaint": "edgeconnect",
    "joint": "edgeconnect_joint",
}
"""The recorded stages and their experiments."""
EDGE_TERMS = {"edge_adversarial": "adversarial", "edge_feature_matching": "feature_matching"}
IMAGE_TERMS = {name: name for name in ("l1", "perceptual", "style", "adversarial")}
NETWORKS = ("network.edge_generator.", "network.image_generator.", "edge_discriminator.", "discriminator.")
LEARNING = {
    "edge": (True, False, True, False),
    "inpaint": (False, True, False, True),
    "edge_inpaint": (False, True, False, True),
    "joint": (True, True, True, True),
}
"""Which of `NETWORKS` learn."""


def build(stage: str, *overrides: str, small: bool = True) -> EdgeConnect:
    torch.manual_seed(0)
    sizes = ["model.network.base_channels=4", "model.network.num_residual_blocks=1"] if small else []
    network = ["model.network.edge_source=complete", "model.loss_network=random"]
    config = compose_config("train", [f"experiment={STAGES[stage]}", *sizes, *network, *overrides])
    module: EdgeConnect = construct(config.model)
    return module


def random_batch(count: int = 2) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(1)
    coarse = torch.rand(count, 3, 8, 8, generator=generator)
    image = torch.nn.functional.interpolate(coarse, scale_factor=6, mode="nearest")
    mask = torch.zeros(count, 1, 48, 48)
    mask[..., 10:30, 8:36] = 1
    return {"image": image, "mask": mask, "name": ["a"] * count}


def weighted(module: EdgeConnect, terms: dict[str, Tensor], *left_out: str) -> Tensor:
    return torch.stack([module.loss_weights[name] * term for name, term in terms.items() if name not in left_out]).sum()


@pytest.fixture(scope="module")
def released(released_state_dict, released_generators, tmp_path_factory):
    """The file of the loss network, and the states of all four networks."""
    file = tmp_path_factory.mktemp("vgg") / "vgg19.pt"
    torch.save(released_state_dict("vgg19"), file)
    names = ("edge", "inpaint")
    return file, released_generators, [released_state_dict(f"edgeconnect_{name}_discriminator") for name in names]


RUNS = [*((stage, torch.float32) for stage in STAGES), pytest.param(("joint", torch.float64), marks=pytest.mark.slow)]
ROUNDED = "decoder.7.bias"
"""The bias of G1's last layer. The image loss's gradient of it is one sum that nearly cancels: in float32 it is 0.4 %
from float64 in one memory layout and 0.01 % in the other one. It is compared in float64, in the slow run."""


@pytest.fixture(scope="module", params=RUNS, ids=str)
def trained(request, golden, released):
    """The published module of a stage after backward on the recorded batch, all networks in eval mode."""
    stage, dtype = request.param
    file, generators, discriminators = released
    module = build(stage, f"model.loss_network={file}", small=False)
    module.network.load_state_dict(convert(generators, module.network.state_dict()))
    for network, state in zip((module.edge_discriminator, module.discriminator), discriminators, strict=True):
        network.load_state_dict(rename_strictly(state, patch_discriminator_name, network.state_dict()))
    recorded = golden("edgeconnect")
    image, mask = recorded.image.to(dtype), recorded.mask.to(dtype)
    terms = module.eval().to(dtype).losses({"image": image, "mask": mask, "name": ["a", "b"]})
    of_image = [name for name in terms if name not in IMAGE_TERMS]
    first = {}
    if stage == "joint":
        weighted(module, terms, *of_image).backward(retain_graph=True)
        first = norms(module.network.edge_generator)
        module.zero_grad()
    weighted(module, terms).backward()
    return stage, module, terms, recorded.record, first


def norms(network: torch.nn.Module) -> dict[str, float]:
    return {name: p.grad.norm().item() for name, p in network.named_parameters() if p.grad is not None}


def test_losses_are_those_of_the_published_implementation(trained):
    stage, module, terms, record, _ = trained
    parts = {"edge": [("edge", EDGE_TERMS)], "joint": [("edge", EDGE_TERMS), ("edge_inpaint", IMAGE_TERMS)]}
    for recorded, names in parts.get(stage, [(stage, IMAGE_TERMS)]):
        for ours, theirs in names.items():
            assert terms[ours].item() == pytest.approx(record[recorded][theirs], rel=1e-5), ours
    discriminators = [name for name in terms if name.endswith("discriminator")]
    total = weighted(module, terms, *discriminators).item()
    assert total == pytest.approx(record[stage]["generator_total"], rel=1e-5)
    assert sum(terms[name].item() for name in discriminators) == pytest.approx(
        record[stage]["discriminator_total"], rel=1e-5
    )
    assert {name for name, weight in module.loss_weights.items() if weight} == set(terms)


def test_gradient_norms_are_those_of_the_published_implementation(trained):
    stage, module, _, record, of_image = trained
    edge, image = module.network.edge_generator, module.network.image_generator
    recorded = record[stage]
    if stage == "joint":
        expected = dict(recorded["edge_generator_grad_norms_of_inpaint_loss"])
        if edge.output[1].bias.dtype == torch.float32:
            del expected[ROUNDED], of_image[generator_name(ROUNDED)]
        compared = [
            (norms(edge), recorded["edge_generator_grad_norms"]),
            (of_image, expected),
            (norms(image), recorded["inpaint_generator_grad_norms"]),
        ]
    else:
        compared = [(norms(edge if stage == "edge" else image), recorded["generator_grad_norms"])]
        discriminator = module.edge_discriminator if stage == "edge" else module.discriminator
        check_norms(norms(discriminator), recorded["discriminator_grad_norms"], patch_discriminator_name)
    for found, expected in compared:
        check_norms(found, expected, generator_name)


def check_norms(found, expected, rename) -> None:
    assert {rename(name) for name in expected} == set(found)
    noise = 3e-6 * max(expected.values())
    for name, norm in expected.items():
        assert found[rename(name)] == pytest.approx(norm, rel=2e-3, abs=noise), name


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_trains_its_networks_only(stage):
    module, batch = build(stage).train(), random_batch()
    before = {name: value.clone() for name, value in module.state_dict().items()}
    optimizer = module.make_optimizer()
    module.training_step(batch, 0)["loss"].backward()
    optimizer.step()
    after = module.state_dict()
    for prefix, learns in zip(NETWORKS, LEARNING[stage], strict=True):
        moved = {name for name, value in after.items() if name.startswith(prefix) and not value.equal(before[name])}
        assert bool(moved) == learns, prefix
    assert module.network.edge_generator.training == LEARNING[stage][0]


@pytest.mark.parametrize(("stage", "learns"), [("joint", True), ("edge_inpaint", False)])
def test_the_edge_generator_learns_from_the_image_in_the_joint_stage_only(stage, learns):
    terms = ["edge_adversarial", "edge_feature_matching", "edge_discriminator", "perceptual", "style"]
    module = build(stage, *(f"model.loss_weights.{term}=0" for term in terms)).train()
    module.training_step(random_batch(), 0)["loss"].backward()
    gradients = [p.grad for p in module.network.edge_generator.parameters()]
    assert all((gradient is not None) == learns for gradient in gradients)


def test_edges_that_are_shown_without_gradient_leave_the_edge_generator_to_its_own_terms():
    module, batch = build("joint", "model.training_edges=predicted").eval(), random_batch()
    terms = module.losses(batch)
    parameters = list(module.network.edge_generator.parameters())
    image = weighted(module, terms, "edge_adversarial", "edge_feature_matching", "edge_discriminator")
    assert set(torch.autograd.grad(image, parameters, allow_unused=True, retain_graph=True)) == {None}
    assert all(g is not None for g in torch.autograd.grad(weighted(module, terms), parameters))


@pytest.mark.parametrize("stage", ["edge", "inpaint"])
def test_the_network_of_the_other_stage_is_not_run(stage):
    module = build(stage).train()
    other = module.network.image_generator if stage == "edge" else module.network.edge_generator
    other.register_forward_hook(lambda *_: pytest.fail("run"))
    module.losses(random_batch())


def test_what_the_image_generator_sees_in_each_stage():
    batch = random_batch()
    for stage in ("inpaint", "edge_inpaint", "joint"):
        module, seen = build(stage).eval(), []
        module.network.image_generator.register_forward_pre_hook(
            lambda _, inputs, seen=seen: seen.append(inputs[0][:, 3:])
        )
        structured = module.network.extract_structure.of_batch(batch)
        module.losses(batch)
        if stage == "inpaint":
            expected = structured["truth"].edge
        else:
            predicted = module.network.predict_edges(structured["known"], batch["mask"])
            expected = module.network.merge(predicted, structured["known"].edge, batch["mask"])
        assert torch.equal(seen[0], expected)


def test_discriminator_passes_come_in_the_published_order():
    """First all of the edge model, then all of the image model: real, generated for D, generated for G."""
    module, batch, passes = build("joint").train(), random_batch(), []
    for network in (module.edge_discriminator, module.discriminator):
        name = "edge" if network is module.edge_discriminator else "image"
        network.convolutions[0].register_forward_pre_hook(
            lambda _, inputs, name=name: passes.append((name, inputs[0].requires_grad))
        )
    module.losses(batch)
    assert passes == [(name, for_generator) for name in ("edge", "image") for for_generator in (False, False, True)]


def test_the_edge_discriminator_sees_the_complete_gray_image():
    module, batch, seen = build("edge", "model.network.edge_source=damaged").train(), random_batch(), []
    module.edge_discriminator.convolutions[0].register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    module.losses(batch)
    truth = module.network.extract_structure.of_batch(batch)["truth"]
    assert len(seen) == 3
    assert all(torch.equal(each[:, :1], truth.gray) for each in seen)
    assert torch.equal(seen[0][:, 1:], truth.edge)
    assert not torch.equal(seen[1][:, 1:], truth.edge)


def test_discriminators_learn_at_a_tenth_of_the_rate():
    optimizer = build("joint").make_optimizer()
    assert [group["lr"] for group in optimizer.param_groups] == pytest.approx([1e-4, 1e-4, 1e-5, 1e-5])


def test_one_step_equals_the_separate_steps_of_the_paper():
    module, batch = build("joint").eval(), random_batch()
    weighted(module, module.losses(batch)).backward()
    together = [parameter.grad.clone() for parameter in module.parameters()]
    terms = module.losses(batch)
    discriminators = [terms.pop(name) for name in ("edge_discriminator", "discriminator")]
    separate = [*torch.autograd.grad(weighted(module, terms), list(module.network.parameters()))]
    order = {"discriminator": discriminators[1], "edge_discriminator": discriminators[0]}
    for name, own in order.items():
        separate += torch.autograd.grad(own, list(getattr(module, name).parameters()))
    names = [name for name, _ in module.named_parameters()]
    for name, one, other in zip(names, together, separate, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6, msg=name)


def test_a_step_under_autocast_is_near_the_one_in_float32():
    no_vgg = [f"model.loss_weights.{term}=0" for term in ("perceptual", "style")]
    module, batch = build("joint", *no_vgg).eval(), random_batch()
    expected = module.losses(batch)
    with torch.autocast("cpu", torch.bfloat16):
        terms = module.losses(batch)
    weighted(module, terms).backward()
    for name, term in terms.items():
        assert term.item() == pytest.approx(expected[name].item(), rel=0.05), name
    assert all(parameter.grad.isfinite().all() for parameter in module.parameters())


def test_a_validation_logs_how_good_the_edges_are(monkeypatch):
    module, batch, logged = build("edge").eval(), random_batch(), {}
    monkeypatch.setattr(module, "log_dict", lambda named, **_: logged.update(named))
    for stage, testing in (("val", False), ("test", True)):
        logged.clear()
        module._trainer = SimpleNamespace(testing=testing)
        with torch.no_grad():
            assert set(module.validation_step(batch, 0)) == {"prediction"}
        assert set(logged) == {f"{stage}/edge_{name}" for name in ("precision", "recall", "f1")}
        assert all(0 <= value <= 1 for value in logged.values())


def test_what_cannot_be_trained_is_known_before_the_first_step():
    with pytest.raises(InputError, match="24x24 pixels or more, not 16x16"):
        build("edge").check_training(2, 16, 16)
    with pytest.raises(InputError, match="training_edges is one of truth, predicted, joint; got 'mine'"):
        build("edge", "model.training_edges=mine")
