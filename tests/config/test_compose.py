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
from inpaint_zoo.cli.main import VERBS, main
from inpaint_zoo.config.build import locate, signature_of
from inpaint_zoo.config.compose import CONF_DIR, compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.run import run_verb
from inpaint_zoo.zoo import create_model, list_models

GIVEN_BY_ENTRY_POINTS = {"mask", "eval_mask", "seed", "save_dir"}
GROUP_FILES = sorted(
    path
    for group in ("model", "mask", "data", "protocol")
    for path in (CONF_DIR / group).glob("*.yaml")
    if "_target_" in OmegaConf.load(path)
)
NODES = [
    (group, name)
    for group in ("logger", "callbacks")
    for path in (CONF_DIR / group).glob("*.yaml")
    for name, node in OmegaConf.load(path).items()
    if isinstance(node, DictConfig)
]


@pytest.mark.parametrize("path", GROUP_FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_keys_equal_the_arguments_of_the_target(path: Path) -> None:
    config = compose_config("base", [f"+{path.parent.name}@node={path.stem}"]).node
    parameters = signature_of(locate(config._target_)).parameters
    keys = {key for key in config if key != "_target_"}
    assert keys - GIVEN_BY_ENTRY_POINTS == set(parameters) - GIVEN_BY_ENTRY_POINTS


@pytest.mark.parametrize(("group", "name"), NODES, ids="/".join)
def test_keys_of_loggers_and_callbacks_equal_the_arguments_of_the_target(group: str, name: str) -> None:
    node = compose_config("train", ["logger=many"])[group][name]
    parameters = signature_of(locate(node._target_)).parameters
    assert {key for key in node if key != "_target_"} == set(parameters) - GIVEN_BY_ENTRY_POINTS


LOADING = OmegaConf.load(CONF_DIR / "data" / "_loading.yaml")


@pytest.mark.parametrize("path", sorted((CONF_DIR / "data").glob("[!_]*.yaml")), ids=lambda path: path.stem)
def test_a_data_set_says_of_loading_what_is_its_own(path: Path) -> None:
    composed, own = compose_config("base", [f"+data={path.stem}"]).data, OmegaConf.load(path)
    assert own.defaults == ["_loading", "_self_"]
    assert not [key for key in LOADING if key in own and own[key] == LOADING[key]]
    assert {key: composed[key] for key in LOADING} == {key: own.get(key, LOADING[key]) for key in LOADING}


def test_parts_of_files_are_not_offered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "--help"]) == 0
    assert "_loading" not in capsys.readouterr().out
    with pytest.raises(InputError, match=r"data=_loadin is unknown \(known: celeba, ") as refusal:
        compose_config("train", ["data=_loadin"])
    assert "_loading" not in str(refusal.value)


MACHINE = """# @package _global_
defaults: [override /logger: none]
trainer: {accelerator: cpu}
data: {num_workers: 5}
"""


def test_the_settings_of_a_machine_are_taken_where_there_are_some(tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "default.yaml").write_text(MACHINE)
    config = compose_config("train", ["experiment=tiny"], str(tmp_path))  # which has a number of workers, too
    assert (config.trainer.accelerator, config.data.num_workers, config.logger) == ("cpu", 5, {})
    assert compose_config("train", ["debug=overfit"], str(tmp_path)).data.num_workers == 0
    given = compose_config("train", ["data.num_workers=3", "logger=csv"], str(tmp_path))
    assert (given.data.num_workers, list(given.logger)) == (3, ["csv"])


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_the_settings_of_a_machine(verb: str, tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "default.yaml").write_text("# @package _global_\nmine: 1\n")
    assert compose_config(verb, [], str(tmp_path)).mine == 1


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
        "import sys, inpaint_zoo, inpaint_zoo.config.compose; assert not {'torch', 'numpy'} & set(sys.modules); "
        "inpaint_zoo.config.compose.compose_config('base'); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)
    assert inpaint_zoo.create_model is create_model
    assert inpaint_zoo.__version__[0].isdigit()
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = inpaint_zoo.nothing
