from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from inpaint_zoo.config import compose_config
from inpaint_zoo.construct import construct
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.weights import converted
from inpaint_zoo.training.resume import check_resumable, initialise

Checkpoint = Callable[[str], Path]


def test_weights_alone_cannot_be_resumed(small_checkpoint: Checkpoint) -> None:
    with pytest.raises(InputError, match="holds no training to go on with"):
        check_resumable(small_checkpoint("misf"), training_module("misf", seed=1), 10)


def test_a_checkpoint_of_other_parts_is_refused(tmp_path: Path) -> None:
    module, path = training_module("misf", seed=1), tmp_path / "x.ckpt"
    content = {"inpaint_zoo_model": "misf", "optimizer_states": [], "global_step": 10}
    state = module.state_dict()
    torch.save({**content, "state_dict": state}, path)
    check_resumable(path, module, 10)
    with pytest.raises(InputError, match="is at step 10 already: give more steps"):
        check_resumable(path, module, 9)
    with pytest.raises(InputError, match="holds the model misf, not madf"):
        check_resumable(path, training_module("madf", seed=1), 10)
    name = next(name for name in state if name.startswith("discriminator."))
    torch.save({**content, "state_dict": {key: value for key, value in state.items() if key != name}}, path)
    with pytest.raises(InputError, match=rf"1 missing \({name}\)"):
        check_resumable(path, module, 10)


def training_module(model: str, *, seed: int) -> InpaintingModule:
    torch.manual_seed(seed)
    config = compose_config("train", [f"model={model}", "data=photographs", "experiment=tiny"])
    module: InpaintingModule = construct(config.model)
    return module


def test_a_training_starts_from_all_weights_of_a_checkpoint(tmp_path: Path) -> None:
    module, other = training_module("misf", seed=1), training_module("misf", seed=2)
    stored = converted("misf", other.network, other.hparams["network"])
    torch.save({**stored, "state_dict": other.state_dict()}, tmp_path / "last.ckpt")
    initialise(module, tmp_path / "last.ckpt")
    expected = other.state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in module.state_dict().items())


def test_a_file_without_a_discriminator_starts_the_network_alone(tmp_path: Path) -> None:
    module, other = training_module("misf", seed=1), training_module("misf", seed=2)
    torch.save(converted("misf", other.network, other.hparams["network"]), tmp_path / "net.pt")
    before = {name: value.clone() for name, value in module.discriminator.state_dict().items()}
    initialise(module, tmp_path / "net.pt")
    network = other.network.state_dict()
    assert all(torch.equal(value, network[name]) for name, value in module.network.state_dict().items())
    assert all(torch.equal(value, before[name]) for name, value in module.discriminator.state_dict().items())
