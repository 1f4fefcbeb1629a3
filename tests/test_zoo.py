import pydoc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf

import inpaint_zoo
from inpaint_zoo.config.build import locate
from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.weights import converted
from inpaint_zoo.zoo import create_model, create_module, list_models, load_model


@pytest.fixture(params=list_models())
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_create_model_is_a_plain_module_in_eval_mode(name: str) -> None:
    model = create_model(name, base_channels=8)
    assert type(model) is locate(OmegaConf.load(CONF_DIR / "model" / f"{name}.yaml")._target_).network_class
    assert not any(module.training for module in model.modules())
    smaller, larger = (sum(p.numel() for p in create_model(name, base_channels=n).parameters()) for n in (8, 16))
    assert smaller < larger


def test_create_model_refuses_what_it_does_not_know(name: str) -> None:
    with pytest.raises(InputError, match=f"no model '{name}x', did you mean '{name}'"):
        create_model(f"{name}x")
    with pytest.raises(InputError, match="no 'base_chanels', did you mean 'base_channels'"):
        create_model(name, base_chanels=8)


def test_create_model_refuses_a_text_for_a_number(name: str) -> None:
    with pytest.raises(InputError, match=f"{name}.base_channels is 'abc': give a value of type int"):
        create_model(name, base_channels="abc")


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"network": {"base_channels": torch.tensor(8)}}, r"misf\.network\.base_channels: Value 'Tensor' is not"),
        ({"network": {"base_channels": np.int64(8)}}, r"misf\.network\.base_channels: Value 'int64' is not"),
        ({"network": 5}, "misf.network is 5: give a mapping"),
    ],
)
def test_create_module_names_a_value_of_another_kind(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        create_module("misf", **overrides)
    assert "\n" not in str(caught.value)


def test_weights_bring_the_arguments_of_their_network(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    model = create_model(name, base_channels=8)
    torch.save(converted(name, model, {"base_channels": 8}), tmp_path / "x.ckpt")
    restored = create_model(name, weights="~/x.ckpt")
    assert not restored.training
    for key, value in model.state_dict().items():
        assert torch.equal(restored.state_dict()[key], value)


def test_list_models_is_what_conf_holds() -> None:
    assert list_models() == sorted(path.stem for path in (CONF_DIR / "model").glob("[!_]*.yaml"))


def test_help_shows_the_public_functions() -> None:
    shown = pydoc.plain(pydoc.render_doc(inpaint_zoo))
    assert set(inpaint_zoo.__all__) <= set(dir(inpaint_zoo))
    assert "create_model(name: " in shown
    assert "list_models() -> " in shown
    assert "load_model(path: " in shown
    assert "class InputError(" in shown


@pytest.mark.parametrize("name", [None, 3, ["misf"]])
def test_what_is_no_name_is_refused_in_one_line(name: object) -> None:
    with pytest.raises(InputError, match=r"^there is no model '.*known: .*misf"):
        create_model(name)  # type: ignore[arg-type]


@pytest.mark.parametrize("weights", ["", 3, ["x"]])
def test_what_is_no_path_is_refused_in_one_line(weights: object) -> None:
    with pytest.raises(InputError, match=r"^weights=.* names no file: give the path of a checkpoint"):
        create_model("misf", weights)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"^path=.* names no file"):
        load_model(weights)  # type: ignore[arg-type]
