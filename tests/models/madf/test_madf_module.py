from __future__ import annotations

from typing import Any

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.madf import MADF
from inpaint_zoo.models.madf.conversion import convert, parameter_name

WEIGHTS = {"hole": 6.0, "valid": 1.0, "perceptual": 0.05, "style": 120.0, "total_variation": 0.1}
RELEASED = {"hole": [0, 1, 2], "valid": [0, 1, 2], "perceptual": [1, 2], "style": [1], "total_variation": [2]}
FINAL = {term: [-1] for term in WEIGHTS}
RECORDED = {"hole": "hole", "valid": "valid", "perceptual": "prc", "style": "style", "total_variation": "tv"}
TINY = {"base_channels": 4, "mask_channels": 3, "num_levels": 3, "normalization_channels": 4, "num_refinements": 2}
PUBLISHED = {
    "base_channels": 64,
    "mask_channels": 16,
    "num_levels": 7,
    "normalization_channels": 128,
    "num_refinements": 2,
}


def build(loss_network: str = "random", **changes: Any) -> MADF:
    torch.manual_seed(0)
    arguments = {"network": TINY, "stages": RELEASED, "loss_weights": WEIGHTS, "loss_network": loss_network} | changes
    return MADF(**arguments)


@pytest.fixture
def batch() -> dict[str, Any]:
    torch.manual_seed(1)
    return {"image": torch.rand(2, 3, 16, 24), "mask": (torch.rand(2, 1, 16, 24) > 0.5).float(), "name": ["a", "b"]}


@pytest.fixture(scope="module")
def trained(golden, released_state_dict, tmp_path_factory):
    """The published module in train mode, after backward on the recorded batch."""
    file = tmp_path_factory.mktemp("vgg") / "vgg16.pt"
    torch.save(released_state_dict("vgg16"), file)
    module = build(str(file), network=PUBLISHED)
    module.network.load_state_dict(convert(released_state_dict("madf_generator"), module.network.state_dict()))
    recorded = golden("madf")
    terms = module.losses({"image": recorded.image, "mask": recorded.mask, "name": ["a", "b"]})
    torch.stack([WEIGHTS[name] * term for name, term in terms.items()]).sum().backward()
    return module, terms, recorded.record


@pytest.mark.parametrize("term", WEIGHTS)
def test_loss_terms_are_those_of_the_published_implementation(trained, term):
    _, terms, record = trained
    assert terms[term].item() == pytest.approx(record["losses"][RECORDED[term]], rel=1e-5)


def test_total_is_that_of_the_published_implementation(trained):
    _, terms, record = trained
    total = sum(WEIGHTS[name] * term.item() for name, term in terms.items())
    assert total == pytest.approx(record["generator_total"], rel=1e-5)


def test_gradient_norms_are_those_of_the_published_implementation(trained):
    module, _, record = trained
    gradients = {name: parameter.grad for name, parameter in module.network.named_parameters()}
    expected = record["generator_grad_norms"]
    noise = 1e-6 * max(expected.values())
    for name, norm in expected.items():
        gradient = gradients[parameter_name(name, 7)]
        if ".conv1.0." in name:  # a predicting convolution: its bias stands in front of its columns in our bank
            constant, columns = gradient.unflatten(0, (17, -1)).split([1, 16])
            gradient = constant if name.endswith("bias") else columns
        assert gradient.norm().item() == pytest.approx(norm, rel=2e-3, abs=noise), name
    assert {parameter_name(name, 7) for name in expected} == set(gradients)


def test_every_parameter_learns_from_the_final_image_alone(batch):
    module = build(stages=FINAL)
    sum(module.losses(batch).values()).backward()
    without = {name for name, parameter in module.network.named_parameters() if not parameter.grad.abs().sum()}
    # a bias in front of a batch normalisation has no gradient, but rounding noise: it may be exactly 0
    assert all(name.endswith("up.bias") for name in without)


def test_terms_are_summed_over_their_stages(batch):
    """Each term at all three stages is the sum of that term at each stage."""
    together = build(stages={term: [0, 1, 2] for term in WEIGHTS}).losses(batch)
    apart = [build(stages={term: [stage] for term in WEIGHTS}).losses(batch) for stage in (0, 1, -1)]
    for name, term in together.items():
        assert term.item() == pytest.approx(sum(terms[name].item() for terms in apart), rel=1e-5)
        assert len({terms[name].item() for terms in apart}) == 3


def test_losses_are_those_of_the_formulas(batch):
    """The formulas of the paper on the one image of a network without refinement."""
    module = build(network=TINY | {"num_refinements": 0}, stages=FINAL)
    terms = module.losses(batch)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    image = (batch["image"] - torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)) / std
    hole, (output,) = batch["mask"], module.network.generate(image, batch["mask"])
    composite = (1 - hole) * image + hole * output
    layers = ("pool1", "pool2", "pool3")
    target, *seen = (module.vgg(each, layers) for each in (image, output, composite))
    expected = {
        "hole": (hole * output - hole * image).abs().mean(),
        "valid": ((1 - hole) * output - (1 - hole) * image).abs().mean(),
        "perceptual": sum((of[layer] - target[layer]).abs().mean() for of in seen for layer in layers),
        "style": sum((gram(of[layer]) - gram(target[layer])).abs().mean() for of in seen for layer in layers),
        "total_variation": composite.diff(dim=2).abs().mean() + composite.diff(dim=3).abs().mean(),
    }
    assert set(terms) == set(expected)
    for name, term in terms.items():
        # running statistics move between two passes in train mode, their outputs do not
        assert term.item() == pytest.approx(expected[name].item(), rel=1e-5), name


def gram(features: torch.Tensor) -> torch.Tensor:
    flat = features.flatten(2)
    return torch.einsum("bci,bdi->bcd", flat, flat) / features[0].numel()


def test_the_loss_network_sees_each_image_once(batch):
    module = build()
    seen: list[torch.Tensor] = []
    module.vgg.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    module.losses(batch)
    assert len(seen) == 5  # the target; images 1 and 2, each raw and composited
    assert [each.requires_grad for each in seen] == [False, True, True, True, True]
    assert len({each.double().sum().item() for each in seen}) == 5


def test_terms_with_weight_zero_are_not_computed_and_need_no_loss_network(batch):
    weights = WEIGHTS | {"perceptual": 0, "style": 0, "valid": 0}
    assert set(build("/does/not/exist", loss_weights=weights).losses(batch)) == {"hole", "total_variation"}


def test_the_loss_network_runs_only_for_the_stages_of_wanted_terms(batch):
    module = build(loss_weights=WEIGHTS | {"perceptual": 0})
    calls: list[None] = []
    module.vgg.register_forward_hook(lambda *_: calls.append(None))
    module.losses(batch)
    assert len(calls) == 3


@pytest.mark.parametrize("num_refinements", [0, 1])
def test_refuses_a_stage_beyond_the_last_image_by_its_key(num_refinements):
    with pytest.raises(InputError, match=rf"model\.stages\.hole names image {num_refinements + 1}, but"):
        build(network=TINY | {"num_refinements": num_refinements})


@pytest.mark.parametrize("wrong", [2, ["a"], None, [True]])
def test_refuses_stages_that_are_no_list_of_numbers(wrong):
    with pytest.raises(InputError, match=r"model\.stages\.hole=.* must be a list of images, such as \[0,1,2\]"):
        build(stages=RELEASED | {"hole": wrong})


def test_refuses_a_term_without_stages():
    with pytest.raises(InputError, match=r"model\.stages\.style names no image"):
        build(stages=RELEASED | {"style": []})


@pytest.mark.parametrize("last", [0, 1, 2])
def test_refinements_that_no_term_looks_at_do_not_learn(batch: dict[str, Any], last: int) -> None:
    module = build(stages={term: [0, last] for term in WEIGHTS})
    torch.stack(list(module.losses(batch).values())).sum().backward()
    learning = {key for key, value in module.named_parameters() if value.requires_grad}
    assert learning == {key for key, value in module.named_parameters() if value.grad is not None}
    refinements = {key.split(".")[2] for key in learning if key.startswith("network.refinements")}
    assert refinements == {str(number) for number in range(last)}


def test_frozen_batch_norm_keeps_its_statistics(batch: dict[str, Any]) -> None:
    module = build(frozen_batch_norm=True)
    norms = [layer for layer in module.network.modules() if isinstance(layer, torch.nn.BatchNorm2d)]
    before = [layer.running_mean.clone() for layer in norms if layer.running_mean is not None]
    torch.stack(list(module.losses(batch).values())).sum().backward()
    assert norms
    assert module.network.training
    assert all(parameter.grad is not None for parameter in module.network.parameters())
    for layer, mean in zip(norms, before, strict=True):
        assert layer.running_mean is not None
        assert torch.equal(layer.running_mean, mean)
