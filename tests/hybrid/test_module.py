"""Every network with every discriminator, filter, adversarial loss and set of losses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from inpaint_zoo.batch import Batch
from inpaint_zoo.errors import InputError
from inpaint_zoo.hybrid import FilteredModel, Hybrid
from inpaint_zoo.losses.adversarial import ADVERSARIAL_LOSSES
from inpaint_zoo.models.critics import CRITICS
from inpaint_zoo.zoo import list_models, load_model

PIXELS = {"l1": 0.1, "hole": 1, "valid": 1, "total_variation": 1, "perceptual": 0, "style": 0}
ADVERSARIAL = {"adversarial": 0.1, "discriminator": 1}


def hybrid(generator: str, discriminator: str | None = None, **arguments: Any) -> Hybrid:
    torch.manual_seed(0)
    small: dict[str, Any] = {
        "network": {"base_channels": 8}, "discriminator_channels": 8, "loss_weights": PIXELS | ADVERSARIAL,
        "loss_network": "random",
    }  # fmt: skip
    module = Hybrid(generator=generator, discriminator=discriminator, **small | arguments)
    return module.train()


def batch() -> Batch:
    image = torch.rand(2, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    mask = torch.zeros(2, 1, 128, 128)
    mask[:, :, 30:90, 20:80] = 1
    return Batch(image=image, mask=mask, name=["a", "b"])


def trained_by(module: Hybrid) -> dict[str, bool]:
    """For each parameter that is trained, whether the loss has a gradient for it."""
    module.training_step(batch(), 0)["loss"].backward()
    trained = {name: each for name, each in module.named_parameters() if each.requires_grad}
    return {name: each.grad is not None and bool(each.grad.isfinite().all()) for name, each in trained.items()}


@pytest.mark.parametrize("generator", list_models())
@pytest.mark.parametrize("discriminator", [None, *CRITICS])
def test_every_network_learns_with_every_discriminator(generator: str, discriminator: str | None) -> None:
    module = hybrid(generator, discriminator)
    has_gradient = trained_by(module)
    assert all(has_gradient.values()), [name for name, given in has_gradient.items() if not given]
    assert (discriminator is None) == (not any(name.startswith("critic.") for name in has_gradient))
    assert len(module.make_optimizer().param_groups) == (1 if discriminator is None else 2)


@pytest.mark.parametrize("generator", list_models())
def test_every_network_learns_with_filters_on_its_image(generator: str, tmp_path: Path) -> None:
    module = hybrid(generator, filtering={"base_channels": 8})
    has_gradient = trained_by(module)
    assert all(has_gradient.values())
    assert any(name.startswith("network.kernel_prediction.") for name in has_gradient)
    path = tmp_path / "filtered.ckpt"
    checkpoint: dict[str, Any] = {"state_dict": module.state_dict(), "hyper_parameters": dict(module.hparams)}
    module.on_save_checkpoint(checkpoint)
    torch.save(checkpoint, path)
    name, network = load_model(path)
    assert (name, type(network)) == (f"{generator}_filtered", FilteredModel)
    image, mask = batch()["image"], batch()["mask"]
    with torch.no_grad():
        again = network(image, mask)
        assert torch.equal(again.composite, module.eval()(image, mask).composite)
        other = network(torch.where(mask.bool(), 1 - image, image), mask)
    assert torch.equal(again.image, other.image)  # what stands in the hole is never seen
    assert "unfiltered" in again.intermediates


@pytest.mark.parametrize("discriminator", CRITICS)
@pytest.mark.parametrize("loss", ADVERSARIAL_LOSSES)
def test_each_side_learns_from_its_own_term(discriminator: str, loss: str) -> None:
    module = hybrid("pconv", discriminator, adversarial_loss=loss)
    terms = module.losses(batch())
    own = {side: list(getattr(module, side).parameters()) for side in ("network", "critic")}
    for term, learning, other in (("adversarial", "network", "critic"), ("discriminator", "critic", "network")):
        gradients = torch.autograd.grad(terms[term], own[learning], allow_unused=True, retain_graph=True)
        assert any(each is not None and each.abs().sum() > 0 for each in gradients)
        assert all(
            each is None for each in torch.autograd.grad(terms[term], own[other], allow_unused=True, retain_graph=True)
        )


@pytest.mark.parametrize("term", PIXELS)
def test_each_loss_works_alone(term: str) -> None:
    module = hybrid("pconv", loss_weights=dict.fromkeys(PIXELS | ADVERSARIAL, 0) | {term: 1})
    assert module.losses(batch()).keys() == {term}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"generator": "mifs"}, "no model 'mifs', did you mean 'misf'"),
        ({"generator": "misf", "discriminator": "path"}, "model.discriminator is one of patch, two_branch"),
        (
            {"generator": "misf", "filtering": {"kernel": 3}},
            "model.filtering: a key is one of base_channels, kernel_size",
        ),
        ({"generator": "misf", "filtering": {"model": "pconv"}}, "model.filtering: a key is one of .* got 'model'"),
        ({"generator": "misf", "filtering": {"network": {}}}, "model.filtering: a key is one of .* got 'network'"),
        ({"generator": "misf", "filtering": {"kernel_size": 4}}, "filtering.kernel_size=4 must be odd: give 5"),
        ({"generator": "misf", "filtering": {"base_channels": 0}}, "filtering.base_channels=0 must be at least 1"),
        (
            {"generator": "misf", "discriminator": "patch", "discriminator_channels": 0},
            "model.discriminator_channels=0",
        ),
        ({"generator": "misf", "network": {"width": 3}}, "misf has no 'width'"),
    ],
)
def test_what_does_not_combine_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        hybrid(**arguments)


def test_a_small_image_is_refused_for_the_discriminator_that_needs_more() -> None:
    hybrid("misf", "masked_patch").check_training(1, 16, 16)
    with pytest.raises(InputError, match="the discriminator needs 24x24 pixels"):
        hybrid("misf", "two_branch").check_training(1, 16, 16)


def test_one_image_is_refused_only_where_a_normalisation_sees_too_little_of_it() -> None:
    hybrid("madf").check_training(1, 128, 128)  # its encoder has none
    for filtering in (None, {"base_channels": 8}):
        with pytest.raises(InputError, match="one image of 128x128 leaves one value per channel"):
            hybrid("pconv", filtering=filtering).check_training(1, 128, 128)
