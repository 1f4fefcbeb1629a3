from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from torch import Tensor, nn

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.misf import MISF
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.training.callbacks.random_states import random_states
from inpaint_zoo.training.replay import load_state, module_of_run, replay
from inpaint_zoo.training.runs.nan_file import NanFile

CPU = torch.device("cpu")


class Root(nn.Module):
    def forward(self, value: Tensor) -> Tensor:
        return value.sqrt()


class Network(InpaintingNetwork):
    stride = minimum_size = 8

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 3, 1, bias=False), nn.Dropout(0.5))
        self.second = nn.Sequential(Root(), nn.Identity())

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        image = self.second(self.first(image))
        return Prediction(image, image, {})


class Module(InpaintingModule):
    name = "toy"
    network_class = Network

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        image = self(batch["image"], batch["mask"]).image
        return {"sum": image.sum(), "root": torch.sqrt(batch["mask"].mean() - self.offset)}

    offset = 0.0


@pytest.fixture
def module() -> Module:
    torch.manual_seed(0)
    made = Module(network={}, loss_weights={"sum": 1, "root": 1}, optimizer=partial(torch.optim.SGD, lr=1))
    with torch.no_grad():
        made.network.first[0].weight.fill_(1.0)  # type: ignore[union-attr, index, operator]
    return made


def kept(module: nn.Module, batch: Mapping[str, Any] | None = None, **given: Any) -> NanFile:
    image = batch or {"image": torch.ones(1, 3, 8, 8), "mask": torch.ones(1, 1, 8, 8), "name": ["a"]}
    facts: dict[str, Any] = {
        "step": 0, "epoch": 0, "batch_number": 1, "rank": 0, "seed": 0, "precision": "32-true", "device": "cpu",
        "losses": {}, "batch": image, "state_dict": module.state_dict(), "random": random_states(),
    }  # fmt: skip
    return NanFile(**facts | given)


def test_the_losses_are_those_of_the_same_weights_in_training_mode_with_the_same_random_numbers(
    module: Module,
) -> None:
    content = kept(module)
    batch: Any = content.batch
    wanted = float(module.training_step(batch, 0)["terms"]["sum"])
    assert wanted != float(module.eval().training_step(batch, 0)["terms"]["sum"])
    torch.manual_seed(5)
    found = replay(content, module, CPU)
    assert found.losses == {"sum": wanted, "root": 1.0}
    assert (found.broken_before, found.first_broken) == ([], None)


def test_the_first_module_that_breaks_is_the_innermost(module: Module) -> None:
    with torch.no_grad():
        module.network.first[0].weight.neg_()  # type: ignore[union-attr, index, operator]
    found = replay(kept(module), module, CPU)
    assert math.isnan(found.losses["sum"])
    assert found.first_broken == "network.second.0 (Root)"
    assert found.broken_before == []


def test_a_term_may_break_by_itself(module: Module) -> None:
    module.offset = 2.0
    found = replay(kept(module), module, CPU)
    assert math.isnan(found.losses["root"])
    assert found.first_broken is None


def test_what_was_broken_before_is_named(module: Module) -> None:
    batch = {"image": torch.full((1, 3, 8, 8), math.nan), "mask": torch.ones(1, 1, 8, 8), "name": ["a"]}
    with torch.no_grad():
        module.network.first[0].weight[0] = math.inf  # type: ignore[union-attr, index, operator]
    content = kept(module, batch)
    load_state(Path("x.pt"), content, module)
    found = replay(content, module, CPU)
    assert found.broken_before == ["image", "network.first.0.weight"]
    assert found.first_broken == "network.first.0 (Conv2d)"


def test_the_precision_is_that_of_the_training(module: Module) -> None:
    with torch.no_grad():
        module.network.first[0].weight.fill_(1 / 3)  # type: ignore[union-attr, index, operator]
    states = random_states()
    contents = [kept(module, precision=each, random=states) for each in ("32-true", "bf16-mixed")]
    losses = [replay(content, module, CPU).losses["sum"] for content in contents]
    assert losses[0] != losses[1]
    assert losses[0] == pytest.approx(losses[1], rel=1e-2)


def test_nothing_of_the_hooks_stays(module: Module) -> None:
    replay(kept(module), module, CPU)
    assert not any(part._forward_hooks for part in module.modules())


@pytest.mark.parametrize("states", [{}, {"python": 1, "numpy": 2, "torch": 3}, {"torch": torch.zeros(3)}])
def test_damaged_random_states_are_one_line(module: Module, states: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="its random states are damaged"):
        replay(kept(module, random=states), module, CPU)


def test_weights_of_another_network_are_refused(module: Module) -> None:
    with pytest.raises(InputError, match=r"^file: x\.pt: the weights do not fit this network"):
        load_state(Path("x.pt"), kept(nn.Linear(2, 2)), module)


def test_the_module_is_that_of_the_run_folder(tmp_path: Path) -> None:
    path = tmp_path / "nan" / "rank0.pt"
    with pytest.raises(InputError, match=r"lies in no nan/ of a run folder with config\.yaml"):
        module_of_run(path)
    config = compose_config(
        "train", ["experiment=tiny", "data=photographs", "run_dir=x", "model.network.base_channels=8"]
    )
    (tmp_path / "config.yaml").write_text(OmegaConf.to_yaml(config, resolve=True))
    module = module_of_run(path)
    assert isinstance(module, MISF)
    assert module.hparams["network"]["base_channels"] == 8
    (tmp_path / "config.yaml").write_text("model: {_target_: os.system, command: echo}")
    with pytest.raises(InputError, match=r"os\.system"):
        module_of_run(path)
