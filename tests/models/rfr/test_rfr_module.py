from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.layers.partial_conv import Coverage, MaskGroup, coverage
from inpaint_zoo.models.rfr import RFR, network
from inpaint_zoo.models.rfr.conversion import convert, generator_name

WEIGHTS = {"hole": 6.0, "valid": 1.0, "perceptual": 0.05, "style": 120.0, "total_variation": 0.1}
TINY = {"base_channels": 8, "kernel_size": 5, "num_recurrences": 3}
PUBLISHED = {"base_channels": 64, "kernel_size": 7, "num_recurrences": 6}
RATIO = "RFRModule.att.att.ratio"


def build(loss_network: str = "random", **changes: Any) -> RFR:
    torch.manual_seed(0)
    arguments = {"network": TINY, "loss_weights": WEIGHTS, "loss_network": loss_network, "frozen_batch_norm": False}
    return RFR(**(arguments | changes))


@pytest.fixture
def batch() -> dict[str, Any]:
    torch.manual_seed(1)
    return {"image": torch.rand(2, 3, 32, 48), "mask": (torch.rand(2, 1, 32, 48) > 0.5).float(), "name": ["a", "b"]}


def weighted(terms: dict[str, torch.Tensor]) -> torch.Tensor:
    return torch.stack([WEIGHTS[name] * term for name, term in terms.items()]).sum()


@pytest.fixture(scope="module")
def published(released_state_dict, tmp_path_factory):
    """The published module with its loss network, of one precision and stage."""
    file = tmp_path_factory.mktemp("vgg") / "vgg16.pt"
    torch.save(released_state_dict("vgg16"), file)
    state = released_state_dict("rfr_generator")

    def make(*, frozen: bool = False) -> RFR:
        module = build(str(file), network=PUBLISHED, frozen_batch_norm=frozen)
        module.network.load_state_dict(convert(state, module.network.state_dict()))
        return module

    return make


def backward(module: RFR, image: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The image and the loss terms, after backward of their weighted sum."""
    output = module.network.generate(image, mask)
    terms = module.losses_of(output, image, mask)
    weighted(terms).backward()
    return output.detach(), terms


def check(module: RFR, terms: dict[str, torch.Tensor], record: dict[str, Any], *limits: float) -> None:
    """Compare terms, total and gradient norms; the limits are those of terms, of norms and of the ratio's norm."""
    of_terms, of_norms, of_ratio = limits
    for name, term in terms.items():
        assert term.item() == pytest.approx(record["terms"][name], rel=of_terms), name
    assert weighted(terms).item() == pytest.approx(record["total"], rel=of_terms)
    parameters, expected = dict(module.network.named_parameters()), record["generator_grad_norms"]
    assert {generator_name(name) for name in expected} == set(parameters)
    noise = 1e-6 * max(expected.values())
    for name, norm in expected.items():
        difference = abs(parameters[generator_name(name)].grad.norm().item() - norm)
        assert difference <= (of_ratio if name == RATIO else of_norms) * norm + noise, name


@pytest.fixture(scope="module")
def trained(golden, published):
    """In train mode, after exactly one pass and its backward."""
    recorded, module = golden("rfr"), published()
    return module, *backward(module, recorded.image, recorded.mask), recorded


def test_terms_and_gradients_are_those_of_the_published_implementation(trained):
    module, _, terms, recorded = trained
    check(module, terms, recorded.record["train"], 1e-5, 1e-2, 5e-2)


def test_the_image_of_training_is_that_of_the_published_implementation(trained):
    _, output, _, recorded = trained
    expected = recorded.stored("train_prediction").permute(0, 3, 1, 2)
    assert (output - expected).abs().max() < 3e-5 * expected.abs().max()


def test_statistics_are_those_of_the_published_implementation(trained):
    module, _, _, recorded = trained
    buffers, expected = dict(module.network.named_buffers()), recorded.record["statistics_after_train_forward"]
    assert {generator_name(name) for name in expected} == set(buffers)
    for name, norm in expected.items():
        assert buffers[generator_name(name)].double().norm().item() == pytest.approx(norm, rel=1e-5), name


@pytest.mark.slow
def test_the_second_stage_is_that_of_the_published_implementation(golden, published):
    recorded, module = golden("rfr"), published(frozen=True)
    _, terms = backward(module, recorded.image, recorded.mask)
    check(module, terms, recorded.record["frozen"], 1e-5, 2e-3, 2e-3)


def published_coverage(groups: Sequence[MaskGroup], kernel_size: int, stride: int) -> Coverage:
    """With the 1e-8 that the published ratios add to a count, which float32 does not see."""
    found = coverage(groups, kernel_size, stride)
    size = sum(group.num_channels for group in groups) * kernel_size**2
    return found._replace(ratio=torch.where(found.mask > 0, 1 / (1 / found.ratio + 1e-8 / size), 0))


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["train", "frozen"])
def test_in_float64_there_is_no_difference(golden, published, stage, monkeypatch):
    monkeypatch.setattr(network, "coverage", published_coverage)
    recorded, module = golden("rfr"), published(frozen=stage == "frozen")
    module.vgg.load()
    module.double()
    image = torch.from_numpy(recorded.arrays["image"]).permute(0, 3, 1, 2).double() / 255
    _, terms = backward(module, image, recorded.mask.double())
    check(module, terms, recorded.record["float64"][stage], 1e-9, 1e-9, 1e-9)


def test_losses_are_those_of_the_formulas(batch):
    module = build()
    image, hole = batch["image"], batch["mask"]
    terms = module.losses(batch)
    output = module.network.generate(image, hole)
    composite = (1 - hole) * image + hole * output
    layers = ("pool1", "pool2", "pool3")
    target, *seen = (module.vgg(each, layers) for each in (image, output, composite))
    cut = hole * composite
    expected = {
        "hole": (hole * (output - image)).abs().mean(),
        "valid": ((1 - hole) * (output - image)).abs().mean(),
        "perceptual": sum((of[layer] - target[layer]).abs().mean() for of in seen for layer in layers),
        "style": sum((gram(of[layer]) - gram(target[layer])).abs().mean() for of in seen for layer in layers),
        "total_variation": cut.diff(dim=2).abs().mean() + cut.diff(dim=3).abs().mean(),
    }
    assert terms.keys() == expected.keys()
    for name, term in terms.items():
        assert term.item() == pytest.approx(expected[name].item(), rel=1e-5), name


def gram(features: torch.Tensor) -> torch.Tensor:
    flat = features.flatten(2)
    return torch.einsum("bci,bdi->bcd", flat, flat) / features[0].numel()


def test_the_loss_network_sees_three_images(batch):
    module, seen = build(), []
    module.vgg.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    module.losses(batch)
    assert [each.requires_grad for each in seen] == [False, True, True]


def test_frozen_batch_norm_keeps_its_statistics(batch):
    module = build(frozen_batch_norm=True)
    before = {name: value.clone() for name, value in module.network.named_buffers()}
    weighted(module.losses(batch)).backward()
    assert module.network.training
    assert before
    assert all(torch.equal(value, before[name]) for name, value in module.network.named_buffers())
    assert all(parameter.grad is not None for parameter in module.network.parameters())


def test_what_cannot_be_trained_is_known_before_the_first_step():
    module = build()
    for sizes in ((2, 16, 16), (1, 16, 32)):
        module.check_training(*sizes)
    with pytest.raises(InputError, match=r"one image of 16x16 .* data\.batch_size or data\.size"):
        module.check_training(1, 16, 16)
    with pytest.raises(InputError, match="48x32"):
        module.check_training(2, 32, 40)
    build(frozen_batch_norm=True).check_training(1, 16, 16)
