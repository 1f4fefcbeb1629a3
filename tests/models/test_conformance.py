"""What every model must do, whatever it is made of: a new file in conf/model/ comes under this suite by itself."""

from __future__ import annotations

import contextlib
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config, option, options
from inpaint_zoo.errors import InputError
from inpaint_zoo.losses import perceptual
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.testing import ModelConformance, fill
from inpaint_zoo.testing.model import batch_of
from inpaint_zoo.zoo import create_model, list_models


class NoFloat64(TorchDispatchMode):
    """Refuses what Apple's GPUs do not have; the meta device plays the GPU."""

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = function(*args, **(kwargs or {}))
        made = [leaf for leaf in tree_leaves(out) if isinstance(leaf, Tensor) and leaf.device.type == "meta"]
        assert torch.float64 not in {leaf.dtype for leaf in made}, function
        return out


LEAKING = ("ablation_ctsdg_true_edges",)
"""They see the complete image on purpose."""
ABLATIONS = [name for name in options("experiment") if name.startswith("ablation_")]


class TestConformance(ModelConformance):
    @pytest.fixture(autouse=True, params=list_models())
    def _name(self, request: pytest.FixtureRequest) -> None:
        torch.manual_seed(0)
        self.name = str(request.param)
        self.published: Any = option("model", self.name)
        without = {"perceptual": 0.1, "style": 1}  # those that need a loss network
        self.every_term = {term: weight for term, weight in without.items() if term in self.published.loss_weights}

    def make_network(self) -> InpaintingNetwork:
        return create_model(self.name, base_channels=8)

    def make_module(self, loss_network: str = "random", **weights: float) -> InpaintingModule:
        """As the command line would, tiny and without the published loss network's weights."""
        torch.manual_seed(0)
        node: Any = OmegaConf.to_container(compose_config("train", self.settings(loss_network)).model, resolve=True)
        own = {term: weight for term, weight in node["loss_weights"].items() if term in self.published.loss_weights}
        module: InpaintingModule = construct({**node, "loss_weights": {**own, **weights}})
        return module.train()

    def settings(self, loss_network: str = "random") -> list[str]:
        """On the command line; only a model with a loss network is given one."""
        given = [f"model.loss_network={loss_network}"] if "loss_network" in self.published else []
        return [f"model={self.name}", "experiment=tiny", *given]

    def test_no_float64_is_made_on_the_device(self) -> None:
        module = self.make_module().to("meta")
        image, mask = self.batch()["image"].to("meta"), self.batch()["mask"].to("meta")
        with NoFloat64():
            for part in (module.network, lambda *pair: module.losses({"image": pair[0], "mask": pair[1]})):
                with contextlib.suppress(NotImplementedError):  # where pixels go to the CPU, which meta has none of
                    part(image, mask)

    def test_nan_in_the_hole_reaches_no_gradient(self) -> None:
        """A product with 0 would: the gradient of what is thrown away is 0 times NaN."""
        network, batch, seen = self.make_network(), self.batch(count=1), []
        mask = batch["mask"].bool()
        for inside in (0.0, torch.nan, torch.inf):
            image = torch.where(mask, inside, batch["image"]).requires_grad_()
            prediction = network(image, mask)
            sum(part.mean() for part in (prediction.image, prediction.composite)).backward()
            assert not image.grad[mask.expand_as(image)].any()
            seen.append([image.grad, *(p.grad.clone() for p in network.parameters() if p.grad is not None)])
            network.zero_grad()
        assert all(gradient.isfinite().all() for gradient in seen[0])
        assert all(torch.equal(one, same) for other in seen[1:] for one, same in zip(seen[0], other, strict=True))

    def test_it_compiles_in_one_piece(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Dynamo alone: what the compiler makes of the graph takes minutes, and is its own matter."""
        monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager", fullgraph=True))
        network, batch = self.make_network(), self.batch()
        before = fill(network, batch).image
        network.compile_generate()
        assert torch.allclose(fill(network, batch).image, before, atol=1e-6)

    def test_bfloat16_changes_little(self) -> None:
        network, batch = self.make_network(), self.batch()
        before = fill(network, batch).image
        with torch.autocast("cpu", torch.bfloat16):
            after = fill(network, batch).image
        assert not torch.equal(after, before)
        assert (after - before).abs().max() < 0.1 * before.abs().max()

    def test_a_loss_network_that_no_term_needs_is_not_loaded(self) -> None:
        assert not any("vgg" in key for key in self.make_module().__dict__ | self.make_module()._modules)

    def test_a_checkpoint_opens_without_the_file_of_its_loss_network(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if "loss_network" not in self.published:
            pytest.skip("it has none")
        read = []
        monkeypatch.setattr(perceptual, "_read", lambda path, _: read.append(path) or pytest.fail("read"))
        module = self.make_module(**self.every_term, loss_network="gone.pth")
        content = {"state_dict": module.state_dict(), "hyper_parameters": dict(module.hparams)}
        torch.save(content | {"pytorch-lightning_version": "2.6.6"}, tmp_path / "x.ckpt")
        again = type(module).load_from_checkpoint(tmp_path / "x.ckpt", map_location="cpu")
        assert torch.equal(fill(again.eval(), self.batch()).image, fill(module.eval(), self.batch()).image)
        assert not read
        with pytest.raises(pytest.fail.Exception, match="read"):
            again.losses(self.batch())

    def test_a_weight_of_no_term_is_refused_whenever_it_is_given(self) -> None:
        with pytest.raises(InputError, match=r"model\.\w+\.styl"):
            self.make_module(styl=1).training_step(self.batch(), 0)

    def test_a_module_without_a_weight_is_refused(self) -> None:
        for term in self.make_module().loss_weights:
            config = compose_config("train", [*self.settings(), f"~model.loss_weights.{term}"])
            with pytest.raises(InputError, match=rf"model\.loss_weights\.{term} is missing"):
                construct(config.model).losses(self.batch())

    def test_training_without_an_optimizer_is_refused(self) -> None:
        config = compose_config(
            "train", [f"model={self.name}", "experiment=tiny", "~model.optimizer", "+model.optimizer=null"]
        )
        with pytest.raises(InputError, match="give optimizer="):
            construct(config.model).configure_optimizers()


@pytest.mark.slow
class TestAblations:
    """Every variant of a network, by those of the tests that look at the network alone."""

    side = ModelConformance.side
    batch = ModelConformance.batch
    test_leak = ModelConformance.test_what_stands_in_the_hole_never_leaks
    test_known_pixels = ModelConformance.test_known_pixels_are_bit_identical_and_holes_are_the_clamped_output
    test_extremes = ModelConformance.test_images_without_known_pixels_and_without_holes
    test_batches = ModelConformance.test_a_batch_is_its_images_one_by_one

    @pytest.fixture(autouse=True, params=[name for name in ABLATIONS if name not in LEAKING])
    def _name(self, request: pytest.FixtureRequest) -> None:
        torch.manual_seed(0)
        self.name = str(request.param)

    def make_network(self) -> InpaintingNetwork:
        return built(self.name).network.eval()


def built(ablation: str, **weights: float) -> InpaintingModule:
    """A tiny module of a variant."""
    config = compose_config("train", [f"experiment=[tiny,{ablation}]", "model.loss_network=random"])
    node: Any = OmegaConf.to_container(config.model, resolve=True)
    module: InpaintingModule = construct({**node, "loss_weights": {**node["loss_weights"], **weights}})
    return module.train()


@pytest.mark.slow
@pytest.mark.parametrize("ablation", ABLATIONS)
def test_a_variant_trains_all_that_it_keeps_and_differs_from_the_published_network(ablation: str) -> None:
    module, batch = built(ablation), batch_of()
    module.training_step(batch, 0)["loss"].backward()
    assert [key for key, p in module.named_parameters() if p.requires_grad != (p.grad is not None)] == []
    own = compose_config("train", [f"experiment={ablation}"]).model
    assert own != option("model", module.name)
    network = type(module.network)(**module.hparams["network"])
    network.load_state_dict(module.network.state_dict())
    assert torch.equal(fill(network.eval(), batch).image, fill(module.network.eval(), batch).image)
