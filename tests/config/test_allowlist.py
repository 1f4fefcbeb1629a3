"""A `_target_` is code: what may run, and how the rest is refused before it is imported."""

import importlib
import json
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.config.allowlist import allowed, allowing, bind_allowed, check_object, split_allow
from inpaint_zoo.config.build import check_nodes, construct, locate
from inpaint_zoo.config.compose import compose_config, output_dir
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.distributed.launcher import OtherProcesses
from inpaint_zoo.training.runs.result import Result, config_hash, write_result

Command = Callable[..., Any]

SOURCE = '''\
"""A package that somebody has written."""
import subprocess
from pathlib import Path

from pytorch_lightning import Callback
from pytorch_lightning.callbacks import EarlyStopping

from inpaint_zoo.config.allowlist import allowed


class Beep(Callback):
    def __init__(self, times: int = 1) -> None:
        self.times = times


def make_beep(times: int) -> Beep:
    return Beep(times)


def write_allowed(config) -> None:
    Path(config.file).write_text(" ".join(allowed()))
'''


@pytest.fixture(autouse=True)
def _no_question_for_updates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_ALBUMENTATIONS_UPDATE", "1")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a package that lies on the path and is not imported."""
    root = tmp_path / "path"
    (root / "strangers_package").mkdir(parents=True)
    (root / "strangers_package" / "__init__.py").write_text("")
    (root / "strangers_package" / "callbacks.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(root))
    yield "strangers_package"
    for name in [name for name in sys.modules if name.partition(".")[0] == "strangers_package"]:
        del sys.modules[name]


def install(root: Path, value: str) -> None:
    """What pip leaves of a package with an entry point."""
    folder = root / "strangers_package-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: strangers-package\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(f"[inpaint_zoo]\nanything = {value}\n")


FOREIGN = [
    "os.system",
    "posix.system",
    "builtins.eval",
    "builtins.exec",
    "subprocess.Popen",
    "subprocess.run",
    "importlib.import_module",
    "functools.partial",
    "hydra.utils.instantiate",
    "torch.load",
    "torch.hub.load",
    "torch.utils.cpp_extension.load_inline",
    "torch.compile",
    "pytorch_lightning.LightningModule.load_from_checkpoint",
    "logging.os.system",
    "torch.os.system",
    "torch_evil.Adam",
    "pytorch_lightning.trainer.Trainer",
    "optuna.create_study",
    "inpaint_zoo_evil.Model",
]
ALIASES = [
    "inpaint_zoo.files.atomic.os.remove",
    "inpaint_zoo.files.atomic.Path",
    "inpaint_zoo.training.distributed.launcher.subprocess.Popen",
    "inpaint_zoo.training.distributed.launcher.subprocess",
    "inpaint_zoo.config.build.importlib.import_module",
    "inpaint_zoo.models.weights.dataclass",
    "torch.optim.optimizer.functools.partial",
    "torch.optim.optimizer.deepcopy",
    "torch.nn.modules.module.torch.load",
    "pytorch_lightning.callbacks.model_checkpoint.os.system",
    "pytorch_lightning.callbacks.model_checkpoint.torch.load",
    "pytorch_lightning.loggers.csv_logs.Path",
]
FUNCTIONS = [
    "inpaint_zoo.cli.main.main",
    "inpaint_zoo.config.build.construct",
    "inpaint_zoo.config.build.locate",
    "inpaint_zoo.files.atomic.write_text",
    "inpaint_zoo.config.allowlist.allowing",
    "inpaint_zoo.jobs.run.run_verb",
    "torch.nn.utils.clip_grad_norm_",
    "torch.nn.functional.relu",
]
NO_PATHS = ["system", "", ".os.system", "os..system", "os.system()", "os:system", 3, None, ["os.system"], {"a": "b"}]


@pytest.mark.parametrize("target", [*FOREIGN, *ALIASES, *FUNCTIONS, *NO_PATHS])
def test_nothing_else_runs(target: object) -> None:
    for node in ({"_target_": target}, {"_target_": target, "_partial_": True, "command": "true"}):
        with pytest.raises(InputError, match=r"_target_"):
            construct(node)
        for key in ("model", "seed"):
            with pytest.raises(InputError, match=r"_target_"):
                check_nodes(OmegaConf.create({key: {"inner": [{"deep": node}]}}))


@pytest.mark.parametrize("target", FOREIGN)
def test_a_refusal_names_the_words_that_allow(target: str) -> None:
    package = target.rpartition(".")[0]
    with pytest.raises(InputError, match=rf"data: _target_ {target} .*add allow=\[{package}\] to the command line$"):
        locate(target, "data")


def test_what_only_lies_on_the_path_is_not_imported(package: str) -> None:
    with pytest.raises(InputError, match=rf"add allow=\[{package}.callbacks\]"):
        construct({"_target_": f"{package}.callbacks.Beep"})
    assert package not in sys.modules


def test_what_is_refused_is_refused_before_anything_beside_it_is_constructed(tmp_path: Path) -> None:
    node = {"_target_": "os.system", "command": {"_target_": "inpaint_zoo.masks.NoSuchMask"}}
    with pytest.raises(InputError, match=r"os\.system"):
        construct(node)
    inner = {"_target_": "inpaint_zoo.masks.RedrawnMask", "mask": {"_target_": "os.system", "command": "true"}}
    with pytest.raises(InputError, match=r"the configuration\.mask: _target_ os\.system"):
        construct(inner)


@pytest.mark.parametrize(
    ("key", "target"),
    [
        ("model.optimizer", "torch.optim.Adam"),
        ("model.lr_schedule", "torch.optim.lr_scheduler.CosineAnnealingLR"),
        ("model.lr_schedule", "inpaint_zoo.models.lr_schedules.warmup_cosine"),
        ("model.lr_schedule.schedulers.0", "torch.optim.lr_scheduler.LinearLR"),
        ("callbacks.sampler", "pytorch_lightning.callbacks.EarlyStopping"),
        ("callbacks.early_end.pruner", "optuna.pruners.MedianPruner"),
        ("logger.callbacks", "pytorch_lightning.loggers.CSVLogger"),
        ("logger.csv", "inpaint_zoo.training.callbacks.MetricsCSV"),
        ("trainer", "pytorch_lightning.Trainer"),
        ("trainer.strategy", "pytorch_lightning.strategies.DDPStrategy"),
        ("trainer.profiler", "pytorch_lightning.profilers.SimpleProfiler"),
        ("sampler", "optuna.samplers.TPESampler"),
        ("data.augmentations.0", "albumentations.HorizontalFlip"),
        ("model.network.activation", "torch.nn.ReLU"),
        ("data", "inpaint_zoo.data.FolderDataModule"),
        ("mask", "inpaint_zoo.masks.BoxMask"),
    ],
)
def test_what_a_place_takes(key: str, target: str) -> None:
    assert locate(target, key).__name__ == target.rpartition(".")[2]


@pytest.mark.parametrize(
    ("key", "target", "kind"),
    [
        ("model.optimizer", "torch.nn.ReLU", "torch.optim.Optimizer"),
        ("model.optimizer", "torch.optim.lr_scheduler.LinearLR", "torch.optim.Optimizer"),
        ("model.lr_schedule", "torch.optim.SGD", "torch.optim.lr_scheduler.LRScheduler"),
        ("callbacks.x", "torch.optim.SGD", "pytorch_lightning.callbacks.Callback"),
        ("callbacks.optimizer", "torch.optim.SGD", "pytorch_lightning.callbacks.Callback"),
        ("callbacks.x", "inpaint_zoo.masks.BoxMask", "pytorch_lightning.callbacks.Callback"),
        ("callbacks.x", "inpaint_zoo.models.lr_schedules.warmup_cosine", "pytorch_lightning.callbacks.Callback"),
        ("logger.x", "pytorch_lightning.callbacks.EarlyStopping", "pytorch_lightning.loggers.Logger"),
        ("trainer", "pytorch_lightning.callbacks.EarlyStopping", "pytorch_lightning.Trainer"),
        ("trainer.strategy", "pytorch_lightning.profilers.SimpleProfiler", "pytorch_lightning.strategies.Strategy"),
        ("sampler", "optuna.pruners.NopPruner", "optuna.samplers.BaseSampler"),
        ("data.x", "albumentations.Compose", "part of a configuration"),
        ("data.x", "inpaint_zoo.files.atomic.write_text", "part of a configuration"),
    ],
)
def test_classes_of_the_wrong_kind(key: str, target: str, kind: str) -> None:
    with pytest.raises(InputError, match=rf"^{key}: _target_ {target} is not a {kind}; .*add allow=\["):
        locate(target, key)


def test_allowed_packages(package: str) -> None:
    target = f"{package}.callbacks.Beep"
    for prefix in (package, f"{package}.callbacks", target):
        with allowing([prefix]):
            assert construct({"_target_": target, "times": 3}).times == 3
            assert locate(target, "callbacks.x") is locate(target, "anything")
    with allowing([package]):
        assert construct({"_target_": f"{package}.callbacks.make_beep", "times": 2}).times == 2
    for prefix in ("strangers", "strangers_pack", f"{package}.callback", f"{package}.callbacks.Bee", f"{target}.x"):
        with allowing([prefix]), pytest.raises(InputError, match="add allow="):
            locate(target)
    assert allowed() == ()


def test_what_an_allowed_package_has_imported_is_not_its_own(package: str) -> None:
    target = f"{package}.callbacks.EarlyStopping"
    with allowing([package]):
        with pytest.raises(InputError, match=rf"is defined in pytorch_lightning\..*, add allow=\[{target}\]"):
            locate(target)
        with pytest.raises(InputError, match="cannot be imported"):
            locate(f"{package}.callbacks.subprocess.Popen")
        with pytest.raises(InputError, match="is not a class or function"):
            locate(f"{package}.callbacks.subprocess")
    with allowing([target]):
        assert locate(target).__name__ == "EarlyStopping"


def test_an_object_that_can_be_called_is_no_class_or_function() -> None:
    with pytest.raises(InputError, match="is not a class or function"):
        check_object(SimpleNamespace(), "inpaint_zoo.x.Y", "data")


def test_installed_extensions(package: str, tmp_path: Path) -> None:
    install(tmp_path / "path", f"{package}.callbacks:Beep")
    assert construct({"_target_": f"{package}.callbacks.Beep", "times": 3}).times == 3
    with pytest.raises(InputError, match="is defined in pytorch_lightning"):
        locate(f"{package}.callbacks.EarlyStopping")
    with pytest.raises(InputError, match=r"os\.system"):
        locate("os.system")


def test_a_package_with_entry_points_of_other_groups_is_no_extension(package: str, tmp_path: Path) -> None:
    install(tmp_path / "path", f"{package}.callbacks:Beep")
    points = tmp_path / "path" / "strangers_package-1.0.dist-info" / "entry_points.txt"
    points.write_text(points.read_text().replace("[inpaint_zoo]", "[console_scripts]"))
    with pytest.raises(InputError, match="add allow="):
        locate(f"{package}.callbacks.Beep")
    assert package not in sys.modules


@pytest.mark.parametrize(
    ("arguments", "prefixes"),
    [
        (["allow=[a.b,c]", "seed=1"], ["a.b", "c"]),
        (["seed=1", "allow=a"], ["a"]),
        (["allow=['a', \"b\"]", "seed=1", "allow=[c]"], ["a", "b", "c"]),
        (["seed=1"], []),
    ],
)
def test_the_option(arguments: list[str], prefixes: list[str]) -> None:
    assert split_allow(arguments) == (prefixes, ["seed=1"])


@pytest.mark.parametrize("argument", ["allow=", "allow=[]", "allow=[a,]", "allow=[*]", "allow=[.a]", "allow=[a..b]"])
def test_an_option_that_names_no_package(argument: str) -> None:
    with pytest.raises(InputError, match=r"give the dotted path of a package, as in allow=\[my_package\]"):
        split_allow([argument])


TRAIN = ["train", "data=photographs", "experiment=tiny"]


def refused(outcome: Any, *parts: str) -> None:
    code, _, err = outcome
    assert code == 2
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for part in parts:
        assert part in err


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (["+callbacks.x._target_=os.system"], "callbacks.x: _target_ os.system"),
        (
            ["+callbacks.x={_target_: os.system, _partial_: true, command: ls}"],
            "callbacks.x: _target_ os.system",
        ),
        (["model.optimizer._target_=torch.hub.load"], "model.optimizer: _target_ torch.hub.load"),
        (["+anywhere=[{inner: {_target_: builtins.eval}}]"], "anywhere.0.inner: _target_ builtins.eval"),
        (["+nowhere.in.use._target_=subprocess.Popen"], "nowhere.in.use: _target_ subprocess.Popen"),
        (
            ["+hydra.callbacks.x._target_=strangers_package.callbacks.make_beep"],
            "hydra.callbacks.x: _target_",
        ),
        (["--multirun", "seed=0,1", "+callbacks.x._target_=os.system"], "callbacks.x: _target_ os.system"),
    ],
)
def test_on_the_command_line(command: Command, tmp_path: Path, arguments: list[str], where: str) -> None:
    refused(command(*TRAIN, *arguments, f"run_dir={tmp_path / 'run'}"), where, "to the command line")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("argument", ["+allow=[os]", "++allow=[os]", "+experiment=mine", "experiment=mine"])
def test_no_file_allows_anything(command: Command, tmp_path: Path, argument: str) -> None:
    (tmp_path / "experiment").mkdir()
    node = "allow: [os]\ncallbacks: {x: {_target_: os.system, command: 'true'}}\n"
    (tmp_path / "experiment" / "mine.yaml").write_text(f"# @package _global_\n{node}")
    arguments = [argument.removeprefix("+") if "experiment" in argument else argument]
    outcome = command("train", "data=photographs", "--config-dir", tmp_path, *arguments, f"run_dir={tmp_path / 'run'}")
    refused(outcome, "allow is not a key of a configuration: it is read from the command line only")


def test_the_search_of_a_file_allows_nothing(command: Command, tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    text = "# @package _global_\nsearch: {allow: 'choice(os)', seed: 'range(0,3)'}\ntrials: 1\n"
    (tmp_path / "experiment" / "mine.yaml").write_text(text)
    run = ["tune", "data=photographs", "experiment=mine", "--config-dir", tmp_path, f"run_dir={tmp_path / 'run'}"]
    refused(command(*run), "allow")
    text = "# @package _global_\nhydra: {overrides: {task: ['allow=[os]']}}\nsearch: {seed: 'range(0,3)'}\ntrials: 1\n"
    (tmp_path / "experiment" / "mine.yaml").write_text(text)
    refused(command(*run), "there is no key 'allow'")


def test_a_network_from_a_checkpoint_is_given_values_only(
    command: Command, small_checkpoint: Callable[[str], Path], tmp_path: Path, images: Callable[..., Path]
) -> None:
    content = torch.load(small_checkpoint("misf"), weights_only=True)
    ran = tmp_path / "ran"
    content["hyper_parameters"]["network"]["base_channels"] = {"_target_": "os.system", "command": f"touch {ran}"}
    content["allow"] = ["os"]
    torch.save(content, tmp_path / "edited.ckpt")
    arguments = ["mask=box", f"data.root={images('a.png')}", "size=32", "lpips=false", f"output={tmp_path / 'out'}"]
    refused(command("evaluate", f"ckpt={tmp_path / 'edited.ckpt'}", *arguments), "base_channels")
    content["inpaint_zoo_model"] = "os.system"
    torch.save(content, tmp_path / "edited.ckpt")
    refused(command("evaluate", f"ckpt={tmp_path / 'edited.ckpt'}", *arguments), "names a model 'os.system'")
    assert not ran.exists()


@pytest.mark.parametrize(
    ("group", "target"), [("mask", "os.system"), ("protocol", "inpaint_zoo.cli.main.main"), ("data", "torch.hub.load")]
)
def test_a_node_in_results_json_is_refused(command: Command, tmp_path: Path, group: str, target: str) -> None:
    nodes: Any = {
        "data": {"_target_": "inpaint_zoo.data.FolderDataModule", "root": str(tmp_path), "eval_seed": 0},
        "mask": {"_target_": "inpaint_zoo.masks.BoxMask", "size_ratio": 0.3, "offset_ratio": 0.5},
        "protocol": {"_target_": "inpaint_zoo.evaluation.protocols.StandardProtocol", "size": 32},
    }
    nodes[group]["_target_"] = target
    settings = {**nodes, "sources": {"mean": "mean"}, "manifest": None, "lpips": False, "lpips_weights": "imagenet"}
    content = {"kind": "results", "protocol": "standard", "leaks": False, "methods": {}, "hashes": {}, "records": []}
    record = {"method": "mean", "name": "a.png", "ratio": 0.1, "metrics": {}}
    path = tmp_path / "results.json"
    path.write_text(json.dumps({**content, "settings": settings, "records": [record]}))
    refused(command("verify", path), f"{group}._target_ is '{target}', which no {group}=NAME uses")
    path.write_text(json.dumps({**content, "settings": {**settings, "allow": ["os"]}, "records": [record]}))
    refused(command("verify", path), "unexpected keyword argument 'allow'")


def test_a_job_that_is_sent_to_another_process_knows_what_is_allowed(package: str) -> None:
    target = f"{package}.callbacks.Beep"
    with allowing([package]):
        job = pickle.dumps(bind_allowed(locate))
    assert pickle.loads(job)(target).__name__ == "Beep"
    with pytest.raises(InputError, match="add allow="):
        locate(target)


def test_the_processes_of_a_training_know_what_is_allowed(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = tmp_path / "sent"
    process = SimpleNamespace(stdin=sent.open("wb"))
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: process)
    cluster: Any = SimpleNamespace(main_address="127.0.0.1", main_port=1)
    trainer: Any = SimpleNamespace(world_size=2, num_devices=2)
    config = OmegaConf.create({"file": str(tmp_path / "allowed.txt")})
    with allowing([f"{package}.callbacks"]):
        others = OtherProcesses(trainer, locate(f"{package}.callbacks.write_allowed"), config, lambda: None)
        others._start(cluster)
    for output in others._error_outputs:
        output.close()
    job, its_config, _ = pickle.loads(sent.read_bytes())
    job(its_config)
    assert (tmp_path / "allowed.txt").read_text() == f"{package}.callbacks"


def test_resolvers_run_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TARGET_OF_A_TEST", "os.system")
    for text in ("${oc.env:TARGET_OF_A_TEST}", "${oc.decode:os.system}", "${other}"):
        config = OmegaConf.create({"other": "os.system", "data": {"_target_": text}})
        with pytest.raises(InputError, match=r"data: _target_ os\.system"):
            check_nodes(config)
        with pytest.raises(InputError, match=r"data: _target_ os\.system"):
            construct(config.data)


@pytest.mark.parametrize("verb", ["train", "tune", "evaluate"])
def test_the_shipped_configurations_need_no_permission(verb: str) -> None:
    arguments = {
        "train": ["model=ctsdg", "lr_schedule=warmup_cosine", "logger=many", "debug=profile", "run_dir=x"],
        "tune": ["run_dir=x"],
    }
    config = compose_config(verb, ["data=photographs", *arguments.get(verb, ())])
    check_nodes(config)


def test_a_search_hands_on_what_is_allowed(
    command: Command, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beeps = []

    def run(config: DictConfig) -> None:
        beeps.append(construct(config.callbacks.x).times)
        write_result(output_dir(), Result(metric="val/psnr", value=20.0, step=10, config=config_hash(config)))

    monkeypatch.setattr(importlib.import_module("inpaint_zoo.cli.train"), "run", run)
    arguments = [f"+callbacks.x={{_target_: {package}.callbacks.Beep, times: 3}}", f"run_dir={tmp_path / 'run'}"]
    tune = ["tune", *TRAIN[1:], "search.model.optimizer.lr=tag(log,interval(1e-5,1e-2))", "trials=2", *arguments]
    refused(command(*tune), f"add allow=[{package}.callbacks] to the command line")
    code, out, _ = command(*tune, f"allow=[{package}]")
    assert (code, beeps) == (0, [3, 3])
    assert f"'allow=[{package}]'" in out.splitlines()[-1]


def test_the_jobs_of_a_sweep_know_what_is_allowed(
    command: Command, package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beeps = []

    def run(config: DictConfig) -> None:
        beeps.append(construct(config.callbacks.x).times)
        write_result(output_dir(), Result(metric="val/psnr", value=20.0, step=10, config=config_hash(config)))

    monkeypatch.setattr(importlib.import_module("inpaint_zoo.cli.train"), "run", run)
    node = f"+callbacks.x={{_target_: {package}.callbacks.Beep, times: 1}}"
    sweep = [*TRAIN, "--multirun", node, "callbacks.x.times=1,2", f"run_dir={tmp_path / 'run'}"]
    refused(command(*sweep), f"add allow=[{package}.callbacks] to the command line")
    assert command(*sweep, f"allow=[{package}]").code == 0
    assert beeps == [1, 2]
