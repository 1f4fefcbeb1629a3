"""What every model must do; a new file in conf/model/ is tested without further work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.zoo import create_model, list_models

SIZE = 128
HOLES = {"box": (slice(20, 90), slice(30, 70)), "none": (slice(0), slice(0)), "all": (slice(None), slice(None))}


@pytest.fixture(scope="module", params=list_models())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def network(name: str) -> InpaintingNetwork:
    torch.manual_seed(0)
    return create_model(name, base_channels=8)


@pytest.fixture(scope="module")
def module_of(name: str) -> Callable[..., InpaintingModule]:
    """Build the training module as the command line would, tiny and without the published loss network's weights."""

    def build(*overrides: str, **weights: float) -> InpaintingModule:
        torch.manual_seed(0)
        changed = [f"model.loss_weights.{term}={weight}" for term, weight in weights.items()]
        settings = [f"model={name}", "experiment=tiny", "model.loss_network=random", *changed, *overrides]
        module: InpaintingModule = construct(compose_config("train", settings).model)
        return module.train()

    return build


def batch_of(hole: str = "box", size: tuple[int, int] = (SIZE, SIZE), count: int = 2) -> Batch:
    rng = torch.Generator().manual_seed(1)
    coarse = torch.rand(count, 3, 9, 9, generator=rng)
    image = nn.functional.interpolate(coarse, size=size, mode="bilinear", align_corners=True)
    mask = torch.zeros(count, 1, *size)
    mask[(..., *HOLES[hole])] = 1
    return Batch(image=image, mask=mask, name=[f"{i}.png" for i in range(count)])


def fill(network: nn.Module, batch: Batch) -> Prediction:
    with torch.inference_mode():
        prediction = network(batch["image"], batch["mask"])
    assert isinstance(prediction, Prediction)
    return prediction


def parts(prediction: Prediction) -> list[Tensor]:
    return [prediction.image, prediction.composite, *prediction.intermediates.values()]


@pytest.mark.parametrize("size", [(SIZE, SIZE), (SIZE, 2 * SIZE)])
def test_a_prediction_has_the_promised_shapes_and_ranges(network: InpaintingNetwork, size: tuple[int, int]) -> None:
    batch = batch_of(size=size, count=1)
    prediction = fill(network, batch)
    assert prediction.image.shape == prediction.composite.shape == batch["image"].shape
    assert prediction.composite.min() >= 0
    assert prediction.composite.max() <= 1
    for image in parts(prediction):
        assert image.dtype == torch.float32
        assert image.shape[0] == 1
        assert image.shape[1] in (1, 3)
        assert image.shape[2:] == size
        assert image.isfinite().all()


def test_known_pixels_are_bit_identical_and_holes_are_the_clamped_output(network: InpaintingNetwork) -> None:
    batch = batch_of()
    prediction, hole = fill(network, batch), batch["mask"].bool().expand(-1, 3, -1, -1)
    assert torch.equal(prediction.composite[~hole], batch["image"][~hole])
    assert torch.equal(prediction.composite[hole], prediction.image.clamp(0, 1)[hole])
    assert not torch.equal(prediction.composite, batch["image"])


@pytest.mark.parametrize("inside", ["noise", "white", "beyond"])
def test_what_stands_in_the_hole_never_leaks(network: InpaintingNetwork, inside: str) -> None:
    batch = batch_of()
    image, hole = batch["image"], batch["mask"].bool()
    other = {"noise": torch.rand_like(image), "white": torch.ones_like(image), "beyond": torch.full_like(image, 7)}
    changed = Batch(image=torch.where(hole, other[inside], image), mask=batch["mask"], name=batch["name"])
    assert not torch.equal(changed["image"], image)
    for before, after in zip(parts(fill(network, batch)), parts(fill(network, changed)), strict=True):
        assert torch.equal(before, after)


def test_what_is_known_is_used(network: InpaintingNetwork) -> None:
    batch = batch_of()
    darker = Batch(image=batch["image"] * (0.5 + 0.5 * batch["mask"]), mask=batch["mask"], name=batch["name"])
    assert not torch.equal(fill(network, batch).image, fill(network, darker).image)


@pytest.mark.parametrize("hole", ["all", "none"])
def test_images_without_known_pixels_and_without_holes(network: InpaintingNetwork, hole: str) -> None:
    batch = batch_of(hole)
    prediction = fill(network, batch)
    assert all(image.isfinite().all() for image in parts(prediction))
    if hole == "none":
        assert torch.equal(prediction.composite, batch["image"])


@pytest.mark.parametrize("hole", HOLES)
def test_losses_and_gradients_are_finite(module_of: Callable[..., InpaintingModule], hole: str) -> None:
    module = module_of(perceptual=0.1, style=1)
    total = module.training_step(batch_of(hole), 0)["loss"]
    total.backward()
    assert total.isfinite()
    assert all(p.grad is None or p.grad.isfinite().all() for p in module.parameters())


def test_a_batch_is_its_images_one_by_one(network: InpaintingNetwork) -> None:
    batch = batch_of()
    batch["mask"][1] = batch["mask"][1].flip(-1, -2)
    together = fill(network, batch)
    for i in range(2):
        alone = fill(network, Batch(image=batch["image"][i : i + 1], mask=batch["mask"][i : i + 1], name=["x"]))
        for one, both in zip(parts(alone), parts(together), strict=True):
            assert torch.allclose(one[0], both[i], atol=1e-5)


def test_a_batch_has_the_mean_of_the_gradients_of_its_images(module_of: Callable[..., InpaintingModule]) -> None:
    """With statistics of batches and norms of spectra at rest; in float64, where a difference is no rounding."""
    module = module_of().eval().double()
    batch = batch_of()
    image, mask, parameters = batch["image"].double(), batch["mask"].double(), list(module.parameters())
    alone = [Batch(image=image[i : i + 1], mask=mask[i : i + 1], name=["x"]) for i in range(2)]
    losses = [module.training_step(part, 0)["loss"] for part in (Batch(image=image, mask=mask, name=["x"] * 2), *alone)]
    whole, *parts_of = (torch.autograd.grad(loss, parameters, allow_unused=True) for loss in losses)
    norm = torch.cat([gradient.flatten() for gradient in whole if gradient is not None]).norm()
    for together, *singly in zip(whole, *parts_of, strict=True):
        if together is not None:
            assert (together - torch.stack(singly).mean(0)).norm() < 1e-10 * norm


def test_evaluation_is_deterministic_and_ignores_the_memory_layout(network: InpaintingNetwork) -> None:
    batch = batch_of()
    strided = Batch(
        image=batch["image"].contiguous(memory_format=torch.channels_last), mask=batch["mask"], name=batch["name"]
    )
    first, again, other_layout = fill(network, batch), fill(network, batch), fill(network, strided)
    for image, same, same_values in zip(parts(first), parts(again), parts(other_layout), strict=True):
        assert torch.equal(image, same)
        assert torch.allclose(image, same_values, atol=1e-6)


def test_a_wrong_size_is_refused_with_the_size_to_pad_to(network: InpaintingNetwork) -> None:
    wanted = 2 * SIZE
    for height, width in ((wanted, wanted - 1), (wanted - 1, wanted), (wanted - network.stride + 1, wanted)):
        with pytest.raises(InputError, match=rf"got {height}x{width}: pad or crop to {wanted}x{wanted}"):
            network(torch.rand(1, 3, height, width), torch.zeros(1, 1, height, width))
    least = -(-network.minimum_size // network.stride) * network.stride
    with pytest.raises(InputError, match=f"pad or crop to {least}x{least}"):
        network(torch.rand(1, 3, 1, 1), torch.zeros(1, 1, 1, 1))


@pytest.mark.parametrize(
    ("image", "mask"),
    [((1, 3), (2, 1)), ((1, 1), (1, 1)), ((1, 3), (1, 3))],
    ids=["batches differ", "a gray image", "a mask of three channels"],
)
def test_wrong_shapes_are_refused(network: InpaintingNetwork, image: tuple[int, int], mask: tuple[int, int]) -> None:
    with pytest.raises(InputError, match=r"image must be \(B, 3, H, W\) and mask \(B, 1, H, W\)"):
        network(torch.rand(*image, SIZE, SIZE), torch.zeros(*mask, SIZE, SIZE))


def test_an_image_without_batch_is_refused(network: InpaintingNetwork) -> None:
    with pytest.raises(InputError, match=r"image must be \(B, 3, H, W\)"):
        network(torch.rand(3, SIZE, SIZE), torch.zeros(1, SIZE, SIZE))


def test_the_state_dict_makes_an_equal_network(name: str, network: InpaintingNetwork) -> None:
    twin = create_model(name, base_channels=8)
    batch = batch_of(count=1)
    assert not torch.equal(fill(twin, batch).image, fill(network, batch).image)
    twin.load_state_dict(network.state_dict())
    assert torch.equal(fill(twin, batch).image, fill(network, batch).image)


def test_terms_and_weights_have_the_same_names(module_of: Callable[..., InpaintingModule]) -> None:
    module = module_of(perceptual=0.1, style=1)
    terms = module.losses(batch_of())
    assert terms.keys() == module.loss_weights.keys()
    assert all(term.ndim == 0 for term in terms.values())


def test_a_term_of_weight_zero_is_not_computed(module_of: Callable[..., InpaintingModule]) -> None:
    names = [*module_of().loss_weights]
    for left_out in names:
        module = module_of(**{left_out: 0})
        assert left_out not in module.losses(batch_of())
    assert not any("vgg" in key for key in module_of().__dict__ | module_of()._modules)


def test_the_sum_is_weighted(module_of: Callable[..., InpaintingModule]) -> None:
    module = module_of().eval()  # in eval mode two passes give the same terms
    batch = batch_of()
    with torch.no_grad():
        expected = sum(module.loss_weights[term] * value.item() for term, value in module.losses(batch).items())
        assert module.training_step(batch, 0)["loss"].item() == pytest.approx(expected, rel=1e-5)


def test_training_moves_every_parameter_of_every_network(module_of: Callable[..., InpaintingModule]) -> None:
    module = module_of()
    optimizer: Any = module.make_optimizer()
    before = {key: value.detach().clone() for key, value in module.named_parameters()}
    for _ in range(2):  # a gate behind a factor that starts at 0 moves in the second step
        optimizer.zero_grad()
        module.training_step(batch_of(), 0)["loss"].backward()
        optimizer.step()
    still = [key for key, value in module.named_parameters() if torch.equal(value, before[key])]
    assert still == []


def test_whatever_requires_a_gradient_gets_one(module_of: Callable[..., InpaintingModule]) -> None:
    """DDP without a search for unused parameters waits for every gradient."""
    terms = [*module_of().loss_weights]
    for left_out in [terms[:0], *([term] for term in terms), terms[-2:]]:
        module = module_of(**dict.fromkeys(left_out, 0))
        module.training_step(batch_of(), 0)["loss"].backward()
        assert [
            key for key, value in module.named_parameters() if value.requires_grad != (value.grad is not None)
        ] == []


def test_a_term_that_nobody_computes_is_refused(module_of: Callable[..., InpaintingModule]) -> None:
    with pytest.raises(InputError, match=r"model\.\w+\.styl"):
        module_of("+model.loss_weights.styl=1").training_step(batch_of(), 0)


def test_a_term_without_weight_is_refused(name: str, module_of: Callable[..., InpaintingModule]) -> None:
    for term in module_of().loss_weights:
        with pytest.raises(InputError, match=rf"model\.loss_weights\.{term} is missing"):
            module_of(f"~model.loss_weights.{term}").losses(batch_of())


def test_every_parameter_is_optimized_once(module_of: Callable[..., InpaintingModule]) -> None:
    module = module_of()
    optimizer: Any = module.make_optimizer()
    optimized = [id(parameter) for group in optimizer.param_groups for parameter in group["params"]]
    assert sorted(optimized) == sorted(id(parameter) for parameter in module.parameters())


def test_training_without_an_optimizer_is_refused(name: str) -> None:
    config = compose_config("train", [f"model={name}", "experiment=tiny", "~model.optimizer"])
    with pytest.raises(InputError, match="give optimizer="):
        construct(config.model).configure_optimizers()
