"""What every model must do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.network import InpaintingNetwork

HOLES = {"box": (slice(20, 90), slice(30, 70)), "none": (slice(0), slice(0)), "all": (slice(None), slice(None))}
"""Rows and columns of the holes, by what `batch_of` takes."""


def batch_of(hole: str = "box", size: tuple[int, int] = (128, 128), count: int = 2) -> Batch:
    """Smooth random images with one hole, always the same.

    Args:
        hole: A key of `HOLES`.
        size: (height, width).
        count: Of images.
    """
    rng = torch.Generator().manual_seed(1)
    coarse = torch.rand(count, 3, 9, 9, generator=rng)
    image = nn.functional.interpolate(coarse, size=size, mode="bilinear", align_corners=True)
    mask = torch.zeros(count, 1, *size)
    mask[(..., *HOLES[hole])] = 1
    return Batch(image=image, mask=mask, name=[f"{i}.png" for i in range(count)])


def fill(network: nn.Module, batch: Batch) -> Prediction:
    """What a network makes of a batch, without gradients."""
    with torch.inference_mode():
        prediction = network(batch["image"], batch["mask"])
    assert isinstance(prediction, Prediction)
    return prediction


class ModelConformance:
    """Tests of a network and of its training module."""

    side: ClassVar[int] = 128
    """Of the images, which the network and its discriminator must take; at least 96."""
    every_term: ClassVar[dict[str, float]] = {}
    """Weights that switch on the loss terms that `make_module` leaves out by default."""

    def make_network(self) -> InpaintingNetwork:
        """A small network with random weights, in evaluation mode; others in each call."""
        raise NotImplementedError

    def make_module(self, **weights: float) -> InpaintingModule:
        """A small module with an optimizer, in training mode, the same in each call.

        Args:
            **weights: Replace some of its loss weights.
        """
        raise NotImplementedError

    def batch(self, hole: str = "box", count: int = 2) -> Batch:
        """Images of the right size."""
        return batch_of(hole, (self.side, self.side), count)

    def test_a_prediction_has_the_promised_shapes_and_ranges(self) -> None:  # noqa: D102
        network = self.make_network()
        for size in ((self.side, self.side), (self.side, 2 * self.side)):
            batch = batch_of(size=size, count=1)
            prediction = fill(network, batch)
            assert prediction.image.shape == prediction.composite.shape == batch["image"].shape
            assert prediction.composite.min() >= 0
            assert prediction.composite.max() <= 1
            for image in _parts(prediction):
                assert image.dtype == torch.float32
                assert image.shape[0] == 1
                assert image.shape[1] in (1, 3)
                assert image.shape[2:] == size
                assert image.isfinite().all()

    def test_known_pixels_are_bit_identical_and_holes_are_the_clamped_output(self) -> None:  # noqa: D102
        batch = self.batch()
        prediction, hole = fill(self.make_network(), batch), batch["mask"].bool().expand(-1, 3, -1, -1)
        assert torch.equal(prediction.composite[~hole], batch["image"][~hole])
        assert torch.equal(prediction.composite[hole], prediction.image.clamp(0, 1)[hole])
        assert not torch.equal(prediction.composite, batch["image"])

    def test_what_stands_in_the_hole_never_leaks(self) -> None:  # noqa: D102
        network, batch = self.make_network(), self.batch()
        image, hole, before = batch["image"], batch["mask"].bool(), fill(network, batch)
        whole = [torch.full_like(image, value) for value in (1, 7, -torch.inf, torch.nan)]
        for inside in (torch.rand_like(image), *whole):
            changed = Batch(image=torch.where(hole, inside, image), mask=batch["mask"], name=batch["name"])
            assert not torch.equal(changed["image"], image)
            for one, other in zip(_parts(before), _parts(fill(network, changed)), strict=True):
                assert torch.equal(one, other)

    def test_the_type_of_a_mask_does_not_matter(self) -> None:  # noqa: D102
        network, batch = self.make_network(), self.batch(count=1)
        before = fill(network, batch)
        for dtype in (torch.bool, torch.uint8, torch.int64, torch.float64):
            other = Batch(image=batch["image"], mask=batch["mask"].to(dtype), name=batch["name"])
            for one, same in zip(_parts(before), _parts(fill(network, other)), strict=True):
                assert torch.equal(one, same)

    def test_an_image_of_float64_stays_exact_where_it_is_known(self) -> None:  # noqa: D102
        network, batch = self.make_network(), self.batch(count=1)
        exact = Batch(image=batch["image"].double() / 1.001, mask=batch["mask"], name=batch["name"])
        prediction = fill(network, exact)
        assert torch.equal(torch.where(batch["mask"] == 0, prediction.composite, exact["image"]), exact["image"])
        assert prediction.composite.isfinite().all()

    def test_other_values_are_refused(self) -> None:
        """Bytes, [-1, 1], NaN in a known pixel, a soft mask and one of 0 to 255."""
        network, batch = self.make_network(), self.batch(count=1)
        image, mask = batch["image"], batch["mask"]
        soft = nn.functional.avg_pool2d(mask, 5, 1, 2)
        for bad in (image * 255, 2 * image - 1, torch.where(mask.bool(), image, torch.nan)):
            with _refused("image (holds values from|is NaN)"):
                network(bad, mask)
        for bad in ((image * 255).to(torch.uint8), image.long(), image > 0.5):
            with _refused(r"image is of torch\.(uint8|int64|bool): give floats"):
                network(bad, mask)
        for bad in (mask * 255, (mask * 255).to(torch.uint8), soft, -mask, torch.full_like(mask, torch.nan)):
            with _refused("mask holds .*: it must be exactly 0"):
                network(image, bad)

    def test_what_is_known_is_used(self) -> None:  # noqa: D102
        network, batch = self.make_network(), self.batch()
        darker = Batch(image=batch["image"] * (0.5 + 0.5 * batch["mask"]), mask=batch["mask"], name=batch["name"])
        assert not torch.equal(fill(network, batch).image, fill(network, darker).image)

    def test_images_without_known_pixels_and_without_holes(self) -> None:  # noqa: D102
        network = self.make_network()
        for hole in ("all", "none"):
            batch = self.batch(hole)
            prediction = fill(network, batch)
            assert all(image.isfinite().all() for image in _parts(prediction))
            assert hole == "all" or torch.equal(prediction.composite, batch["image"])

    def test_a_batch_is_its_images_one_by_one(self) -> None:  # noqa: D102
        network, batch = self.make_network(), self.batch()
        batch["mask"][1] = batch["mask"][1].flip(-1, -2)
        together = fill(network, batch)
        for i in range(2):
            alone = fill(network, Batch(image=batch["image"][i : i + 1], mask=batch["mask"][i : i + 1], name=["x"]))
            for one, both in zip(_parts(alone), _parts(together), strict=True):
                assert torch.allclose(one[0], both[i], atol=1e-5 * max(1.0, alone.image.abs().max().item()))

    def test_evaluation_is_deterministic_and_ignores_the_memory_layout(self) -> None:  # noqa: D102
        network, batch = self.make_network(), self.batch()
        image = batch["image"].contiguous(memory_format=torch.channels_last)
        strided = Batch(image=image, mask=batch["mask"], name=batch["name"])
        first, again, other_layout = fill(network, batch), fill(network, batch), fill(network, strided)
        for one, same, same_values in zip(_parts(first), _parts(again), _parts(other_layout), strict=True):
            assert torch.equal(one, same)
            assert torch.allclose(one, same_values, atol=1e-6)

    def test_a_wrong_size_is_refused_with_the_size_to_pad_to(self) -> None:
        """A network without a stride takes any size."""
        network, wanted = self.make_network(), 2 * self.side
        sizes = ((wanted, wanted - 1), (wanted - 1, wanted), (wanted - network.stride + 1, wanted))
        for height, width in sizes if network.stride > 1 else ():
            with _refused(rf"got {width}x{height} \(width x height\): pad or crop to {wanted}x{wanted}"):
                network(torch.rand(1, 3, height, width), torch.zeros(1, 1, height, width))
        least = -(-network.minimum_size // network.stride) * network.stride
        if least > 1:
            with _refused(f"pad or crop to {least}x{least}"):
                network(torch.rand(1, 3, 1, 1), torch.zeros(1, 1, 1, 1))

    def test_wrong_shapes_are_refused(self) -> None:
        """Batches that differ, a gray image, a mask of three channels, and images without a batch."""
        network, size = self.make_network(), (self.side, self.side)
        for image, mask in (((1, 3), (2, 1)), ((1, 1), (1, 1)), ((1, 3), (1, 3)), ((3,), (1,))):
            with _refused(r"image must be \(B, 3, H, W\) and mask \(B, 1, H, W\)"):
                network(torch.rand(*image, *size), torch.zeros(*mask, *size))

    def test_the_state_dict_makes_an_equal_network(self) -> None:  # noqa: D102
        network, twin, batch = self.make_network(), self.make_network(), self.batch(count=1)
        assert not torch.equal(fill(twin, batch).image, fill(network, batch).image)
        twin.load_state_dict(network.state_dict())
        assert torch.equal(fill(twin, batch).image, fill(network, batch).image)

    def test_losses_and_gradients_are_finite(self) -> None:  # noqa: D102
        for hole in HOLES:
            module = self.make_module(**self.every_term)
            total = module.training_step(self.batch(hole), 0)["loss"]
            total.backward()
            assert total.isfinite()
            assert all(p.grad is None or p.grad.isfinite().all() for p in module.parameters())

    def test_a_batch_has_the_mean_of_the_gradients_of_its_images(self) -> None:
        """With statistics of batches and norms of spectra at rest; in float64, where a difference is no rounding."""
        module, batch = self.make_module().eval().double(), self.batch()
        image, mask, parameters = batch["image"].double(), batch["mask"].double(), list(module.parameters())
        alone = [Batch(image=image[i : i + 1], mask=mask[i : i + 1], name=["x"]) for i in range(2)]
        batches = (Batch(image=image, mask=mask, name=["x"] * 2), *alone)
        losses = [module.training_step(part, 0)["loss"] for part in batches]
        whole, *parts = (torch.autograd.grad(loss, parameters, allow_unused=True) for loss in losses)
        norm = torch.cat([gradient.flatten() for gradient in whole if gradient is not None]).norm()
        for together, *singly in zip(whole, *parts, strict=True):
            if together is not None:
                assert (together - torch.stack(singly).mean(0)).norm() < 1e-10 * norm

    def test_what_is_damaged_teaches_nothing(self) -> None:
        """Neither the loss nor a gradient depends on what stands where an image is damaged."""
        batch, seen = self.batch(), []
        damage = torch.zeros_like(batch["mask"])
        damage[..., 60:95, 60:95] = 1
        damage *= 1 - batch["mask"]
        for inside in (0.0, 1.0):
            image, module = torch.where(damage.bool(), inside, batch["image"]), self.make_module()
            damaged = Batch(image=image, mask=batch["mask"], name=batch["name"], damage=damage)
            loss = module.training_step(damaged, 0)["loss"]
            loss.backward()
            seen.append([loss.detach(), *(p.grad for p in module.parameters() if p.grad is not None)])
        assert all(map(torch.equal, *seen))

    def test_an_image_that_is_all_damaged_teaches_nothing(self) -> None:
        """No gradient reaches the network from pixels whose original nobody knows."""
        batch, module = self.batch(), self.make_module(**self.every_term)
        nothing = torch.zeros_like(batch["mask"])
        damaged = Batch(image=batch["image"], mask=nothing, name=batch["name"], damage=nothing + 1)
        module.training_step(damaged, 0)["loss"].backward()
        assert all(p.grad is None or not p.grad.any() for p in module.network.parameters())

    def test_terms_and_weights_have_the_same_names(self) -> None:  # noqa: D102
        module = self.make_module(**self.every_term)
        terms = module.losses(self.batch())
        assert terms.keys() == module.loss_weights.keys()
        assert all(term.ndim == 0 for term in terms.values())

    def test_a_term_of_weight_zero_is_not_computed(self) -> None:  # noqa: D102
        for left_out in [*self.make_module().loss_weights]:
            assert left_out not in self.make_module(**{left_out: 0}).losses(self.batch())

    def test_the_sum_is_weighted(self) -> None:  # noqa: D102
        module, batch = self.make_module().eval(), self.batch()  # in eval mode two passes give the same terms
        with torch.no_grad():
            expected = sum(module.loss_weights[term] * value.item() for term, value in module.losses(batch).items())
            assert abs(module.training_step(batch, 0)["loss"].item() - expected) <= 1e-5 * abs(expected)

    def test_training_moves_every_parameter_of_every_network(self) -> None:  # noqa: D102
        module = self.make_module()
        optimizer: Any = module.make_optimizer()
        before = {key: value.detach().clone() for key, value in module.named_parameters()}
        for _ in range(2):  # a gate behind a factor that starts at 0 moves in the second step
            optimizer.zero_grad()
            module.training_step(self.batch(), 0)["loss"].backward()
            optimizer.step()
        assert [key for key, value in module.named_parameters() if torch.equal(value, before[key])] == []

    def test_whatever_requires_a_gradient_gets_one(self) -> None:
        """DDP without a search for unused parameters waits for every gradient. One term at least is left on."""
        terms = [*self.make_module().loss_weights]
        for left_out in [terms[:0], *([term] for term in terms), terms[-2:]]:
            if len(left_out) < len(terms) or not left_out:
                module = self.make_module(**dict.fromkeys(left_out, 0))
                module.training_step(self.batch(), 0)["loss"].backward()
                wrong = [key for key, p in module.named_parameters() if p.requires_grad != (p.grad is not None)]
                assert wrong == [], left_out

    def test_a_term_that_nobody_computes_is_refused(self) -> None:  # noqa: D102
        module = self.make_module()
        module.loss_weights["nobodys"] = 1
        with _refused(r"model\.loss_weights\.nobodys"):
            module.training_step(self.batch(), 0)

    def test_a_term_without_weight_is_refused(self) -> None:  # noqa: D102
        for term in [*self.make_module().loss_weights]:
            module = self.make_module()
            del module.loss_weights[term]
            with _refused(rf"model\.loss_weights\.{term} is missing"):
                module.losses(self.batch())

    def test_every_parameter_is_optimized_once(self) -> None:  # noqa: D102
        module = self.make_module()
        optimizer: Any = module.make_optimizer()
        optimized = [id(parameter) for group in optimizer.param_groups for parameter in group["params"]]
        assert sorted(optimized) == sorted(id(parameter) for parameter in module.parameters())


def _parts(prediction: Prediction) -> list[Tensor]:
    return [prediction.image, prediction.composite, *prediction.intermediates.values()]


@contextmanager
def _refused(pattern: str) -> Iterator[None]:
    """Assert that an `InputError` is raised, with these words."""
    try:
        yield
    except InputError as error:
        if re.search(pattern, str(error)) is None:
            raise AssertionError(f"{pattern!r} is not in {str(error)!r}") from error
    else:
        raise AssertionError(f"no InputError was raised, with {pattern!r}")
