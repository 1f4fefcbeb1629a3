import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hydra import version
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

import inpaint_zoo
from inpaint_zoo.cli import VERBS
from inpaint_zoo.config import CONF_DIR, compose_config
from inpaint_zoo.construct import locate, signature_of
from inpaint_zoo.errors import InputError
from inpaint_zoo.runner import run_verb
from inpaint_zoo.zoo import create_model, list_models

GIVEN_BY_ENTRY_POINTS = {"mask", "eval_mask", "seed", "save_dir"}
GROUP_FILES = sorted(
    path
    for group in ("model", "mask", "data", "protocol", "tracker")
    for path in (CONF_DIR / group).glob("*.yaml")
    if "_target_" in OmegaConf.load(path)
)


@pytest.mark.parametrize("path", GROUP_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_keys_equal_the_arguments_of_the_target(path: Path) -> None:
    config = compose_config("base", [f"+{path.parent.name}@node={path.stem}"]).node
    parameters = signature_of(locate(config._target_)).parameters
    keys = {key for key in config if key != "_target_"}
    assert keys - GIVEN_BY_ENTRY_POINTS == set(parameters) - GIVEN_BY_ENTRY_POINTS


@pytest.mark.parametrize("name", list_models())
def test_keys_of_a_network_equal_its_arguments(name: str) -> None:
    config = OmegaConf.load(CONF_DIR / "model" / f"{name}.yaml")
    assert set(config.network) == set(inspect.signature(locate(config._target_).network_class).parameters)


def test_compose_takes_any_path_and_knows_no_hydra_node() -> None:
    config = compose_config("base", ["+data.root=it's (1), ${x}"])
    assert OmegaConf.to_container(config) == {"data": {"root": r"it's (1), \${x}"}}
    assert config.data.root == "it's (1), ${x}"


def test_compose_says_what_is_wrong() -> None:
    with pytest.raises(InputError, match="there is no key 'sede'"):
        compose_config("base", ["sede=1"])
    with pytest.raises(InputError, match="no_such_verb"):
        compose_config("no_such_verb")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_configuration_of_plain_defaults(verb: str) -> None:
    assert "hydra" not in compose_config(verb)


def test_names_of_models_are_no_choice_of_a_group() -> None:
    for verb in ("evaluate", "predict", "import-weights"):
        assert compose_config(verb, ["model=misf"]).model_name == "misf"


@pytest.mark.parametrize(
    ("verb", "key", "near"),
    [
        ("predict", "mask", ", did you mean 'masks'?"),
        ("predict", "image", ", did you mean 'images'?"),
        ("train", "protocol", ""),
    ],
)
def test_a_key_or_group_that_a_verb_has_not_is_named(verb: str, key: str, near: str) -> None:
    with pytest.raises(InputError) as raised:
        compose_config(verb, [f"{key}=x"])
    assert str(raised.value) == f"there is no key '{key}'{near}"


def test_a_folder_of_ones_own_comes_after_ours_and_may_be_of_any_name(tmp_path: Path) -> None:
    own = tmp_path / "it's = [mine], {a} (2) Ü%20 #"
    (own / "mask").mkdir(parents=True)
    (own / "mask" / "mine.yaml").write_text("_target_: mine\n")
    (own / "mask" / "box.yaml").write_text("_target_: shadowed\n")
    assert compose_config("train", ["mask=mine"], str(own)).mask == {"_target_": "mine"}
    assert compose_config("train", ["mask=box"], str(own)) == compose_config("train", ["mask=box"])
    with pytest.raises(InputError, match="mask=mine is unknown"):  # it is forgotten
        compose_config("train", ["mask=mine"])


def test_compose_inside_a_running_hydra_app_leaves_it_alone(tmp_path: Path) -> None:
    seen = []

    def task(config: DictConfig) -> None:
        before = (GlobalHydra.instance().hydra, HydraConfig.get().job.name, version.getbase())
        compose_config("base")
        create_model(list_models()[0], base_channels=8)
        seen.append(before == (GlobalHydra.instance().hydra, HydraConfig.get().job.name, version.getbase()))

    run_verb("base", task, [f"hydra.run.dir={tmp_path}"])
    assert seen == [True]
    assert not GlobalHydra.instance().is_initialized()
    assert not HydraConfig.initialized()


def test_the_package_exports_lazily() -> None:
    code = (
        "import sys, inpaint_zoo, inpaint_zoo.config; assert not {'torch', 'numpy'} & set(sys.modules); "
        "inpaint_zoo.config.compose_config('base'); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)
    assert inpaint_zoo.create_model is create_model
    assert inpaint_zoo.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = inpaint_zoo.nothing
