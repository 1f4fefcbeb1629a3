from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.pconv import PConv
from inpaint_zoo.models.pconv.conversion import convert, parameter_name

WEIGHTS = {"hole": 6.0, "valid": 1.0, "perceptual": 0.05, "style": 120.0, "total_variation": 0.1}
RECORDED = {"hole": "hole", "valid": "valid", "perceptual": "prc", "style": "style", "total_variation": "tv"}
SUFFIXES = {False: "", True: "_finetune"}


def build(loss_network: str = "random", *, tiny: bool = True, frozen: bool = False, **weights: float) -> PConv:
    torch.manual_seed(0)
    return PConv(
        network={"base_channels": 4, "num_levels": 3} if tiny else {"base_channels": 64, "num_levels": 7},
        frozen_encoder_batch_norm=frozen,
        loss_network=loss_network,
        loss_weights=WEIGHTS | weights,
    )


def random_batch(count: int = 2, height: int = 16, width: int = 24) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(1)
    mask = (torch.rand(count, 1, height, width, generator=generator) > 0.5).float()
    return {"image": torch.rand(count, 3, height, width, generator=generator), "mask": mask, "name": ["a"] * count}


def weighted(terms: dict[str, torch.Tensor]) -> torch.Tensor:
    return torch.stack([WEIGHTS[name] * term for name, term in terms.items()]).sum()


@pytest.fixture(scope="module", params=[False, True], ids=["first stage", "second stage"])
def trained(request, golden, released_state_dict, tmp_path_factory):
    """The published module after backward on the recorded batch, in train mode; in the second stage but for the BN."""
    file = tmp_path_factory.mktemp("vgg") / "vgg16.pt"
    torch.save(released_state_dict("vgg16"), file)
    module = build(str(file), tiny=False, frozen=request.param)
    module.network.load_state_dict(convert(released_state_dict("pconv_generator"), module.network.state_dict()))
    recorded = golden("pconv")
    terms = module.losses({"image": recorded.image, "mask": recorded.mask, "name": ["a", "b"]})
    weighted(terms).backward()
    return module, terms, recorded.record, SUFFIXES[request.param]


def test_losses_are_those_of_the_published_implementation(trained):
    _, terms, record, suffix = trained
    assert set(terms) == set(WEIGHTS)
    for name, term in terms.items():
        assert term.item() == pytest.approx(record[f"losses{suffix}"][RECORDED[name]], rel=1e-5), name
    assert weighted(terms).item() == pytest.approx(record[f"generator_total{suffix}"], rel=1e-5)


def test_gradient_norms_are_those_of_the_published_implementation(trained):
    """The recorded ones are of weights that are larger by the size of a window."""
    module, _, record, suffix = trained
    parameters = dict(module.network.named_parameters())
    expected = record[f"generator_grad_norms{suffix}"]
    assert {parameter_name(name, 7) for name in expected} == set(parameters)
    noise = 3e-6 * max(expected.values())
    for name, norm in expected.items():
        parameter = parameters[parameter_name(name, 7)]
        size = parameter[0].numel() if parameter.ndim == 4 else 1
        assert parameter.grad.norm().item() / size == pytest.approx(norm, rel=2e-3, abs=noise), name


def test_losses_are_those_of_the_formulas():
    module, batch = build().eval(), random_batch()
    terms = module.losses(batch)
    std, mean = (torch.tensor(of).view(3, 1, 1) for of in ((0.229, 0.224, 0.225), (0.485, 0.456, 0.406)))
    image, hole = (batch["image"] - mean) / std, batch["mask"]
    output = module.network.generate(image, hole)
    composite = (1 - hole) * image + hole * output
    target, *seen = (module.vgg(each, ("pool1", "pool2", "pool3")) for each in (image, output, composite))
    expected = {
        "hole": (hole * output - hole * image).abs().mean(),
        "valid": ((1 - hole) * output - (1 - hole) * image).abs().mean(),
        "perceptual": sum((of[layer] - target[layer]).abs().mean() for of in seen for layer in target),
        "style": sum((gram(of[layer]) - gram(target[layer])).abs().mean() for of in seen for layer in target),
        "total_variation": composite.diff(dim=2).abs().mean() + composite.diff(dim=3).abs().mean(),
    }
    assert {name: term.item() for name, term in terms.items()} == pytest.approx(
        {name: term.item() for name, term in expected.items()}, rel=1e-5
    )


def gram(features: torch.Tensor) -> torch.Tensor:
    flat = features.flatten(2)
    return torch.einsum("bci,bdi->bcd", flat, flat) / features[0].numel()


def test_only_the_encoder_s_statistics_are_frozen_and_its_scales_learn():
    module = build(frozen=True).train()
    before = {name: value.clone() for name, value in module.network.state_dict().items()}
    weighted(module.losses(random_batch())).backward()
    parts = {"encoder": False, "decoder": True}
    for part, is_training in parts.items():
        norms = [layer for layer in getattr(module.network, part).modules() if isinstance(layer, nn.BatchNorm2d)]
        assert norms
        assert all(layer.training == is_training for layer in norms)
        assert all(layer.weight.grad.any() for layer in norms)
    after = module.network.state_dict()
    moved = {name.partition(".")[0] for name in after if "running_mean" in name and not after[name].equal(before[name])}
    assert moved == {"decoder"}
    assert all(layer.training for layer in build().modules())


def test_terms_with_weight_zero_are_not_computed_and_need_no_loss_network():
    assert set(build("/does/not/exist", perceptual=0, style=0, valid=0).losses(random_batch())) == {
        "hole",
        "total_variation",
    }


def test_what_cannot_be_trained_is_known_before_the_first_step():
    with pytest.raises(InputError, match=r"one image of 8x8 .* data\.batch_size or data\.size"):
        build().check_training(1, 8, 8)
    build().check_training(2, 8, 8)
    frozen = build(frozen=True)
    frozen.check_training(1, 8, 8)
    assert weighted(frozen.losses(random_batch(1, 8, 8))).isfinite()
