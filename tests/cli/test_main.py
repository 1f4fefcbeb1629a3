import importlib
import itertools
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import output_dir
from inpaint_zoo.errors import InputError

cli = importlib.import_module("inpaint_zoo.cli.main")  # `inpaint_zoo.cli.main` itself is the function
TOY = """
defaults:
  - base
  - shape: square
  - experiment: null
  - _self_
seed: 0
trainer: {max_epochs: 3}
data: {root: "???"}
run_dir: runs/${hydra:runtime.choices.shape}
hydra: {run: {dir: "${run_dir}"}}
"""


class Toy:
    """A verb `toy` whose configuration lies in a folder of the user's own; `task` is what it does."""

    def __init__(self, conf: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.conf, self.capsys = conf, capsys
        self.jobs: list[tuple[dict[str, Any], Path]] = []
        self.task: Callable[[DictConfig], object] = lambda config: config.data.root

    def run(self, config: DictConfig) -> object:
        plain = OmegaConf.to_container(config, resolve=True)
        assert isinstance(plain, dict)
        self.jobs.append((plain, output_dir()))
        return self.task(config)

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Return exit code, stdout and stderr."""
        code = cli.main(["toy", *arguments, "--config-dir", str(self.conf)])
        assert not GlobalHydra.instance().is_initialized()
        assert not HydraConfig.initialized()
        return code, *self.capsys.readouterr()


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Toy:
    conf = tmp_path / "conf"
    (conf / "shape").mkdir(parents=True)
    (conf / "toy.yaml").write_text(TOY)
    (conf / "shape" / "square.yaml").write_text("side: 1\n")
    (conf / "shape" / "circle.yaml").write_text("radius: 2\n")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    made = Toy(conf, capsys)
    monkeypatch.setitem(cli.VERBS, "toy", ("toy_of_the_tests", "a toy"))
    monkeypatch.setitem(sys.modules, "toy_of_the_tests", SimpleNamespace(run=made.run))  # type: ignore[arg-type]
    return made


def test_runs_the_task_in_its_folder(toy: Toy, tmp_path: Path) -> None:
    assert toy("data.root=it's, (1).png", "trainer.max_epochs=4") == (0, "", "")
    ((config, folder),) = toy.jobs
    assert config == {
        "shape": {"side": 1},
        "seed": 0,
        "trainer": {"max_epochs": 4},
        "data": {"root": "it's, (1).png"},
        "run_dir": "runs/square",
    }
    assert folder == tmp_path / "here" / "runs" / "square"
    assert list(folder.iterdir()) == []  # Hydra leaves nothing of its own


def test_a_folder_of_ones_own(toy: Toy, tmp_path: Path) -> None:
    assert toy("data.root=x", f"run_dir={tmp_path}/a, b=c")[0] == 0
    assert toy.jobs[0][1] == tmp_path / "a, b=c"


def test_a_sweep_runs_each_job_in_a_folder_of_its_own(toy: Toy, tmp_path: Path) -> None:
    code, _, complaints = toy("-m", "shape=square,circle", "data.root=a,b", "hydra.sweep.dir=all of them")
    assert (code, complaints) == (0, "")
    here = tmp_path / "here" / "all of them"
    assert [folder for _, folder in toy.jobs] == [here / "0", here / "1"]
    assert [config["run_dir"] for config, _ in toy.jobs] == [str(here / "0"), str(here / "1")]
    assert [config["shape"] for config, _ in toy.jobs] == [{"side": 1}, {"radius": 2}]
    assert {config["data"]["root"] for config, _ in toy.jobs} == {"a,b"}


@pytest.mark.parametrize("mode", ["-m", "--multirun", "hydra.mode=MULTIRUN"])
def test_jobs_are_the_product_of_all_lists(toy: Toy, mode: str) -> None:
    lists = ["seed=range(2)", "trainer.max_epochs=choice(3,4)", "+name='a','b,c'"]
    assert toy(mode, *lists, "seed=5,6", "data.root=x", "hydra.sweeper.max_batch_size=3")[0::2] == (0, "")
    found = [(config["seed"], config["trainer"]["max_epochs"], config["name"]) for config, _ in toy.jobs]
    assert found == list(itertools.product([5, 6], [3, 4], ["a", "b,c"]))


def test_lists_may_stand_in_a_file(toy: Toy) -> None:
    (toy.conf / "toy.yaml").write_text(
        TOY.replace("hydra: {", "hydra: {sweeper: {params: {seed: '1,2', shape: 'circle,square'}}, ")
    )
    assert toy("-m", "shape=circle", "data.root=x")[0::2] == (0, "")
    assert [(config["seed"], config["shape"]) for config, _ in toy.jobs] == [(1, {"radius": 2}), (2, {"radius": 2})]


def test_an_interval_is_not_a_list(toy: Toy) -> None:
    complaint = "seed=interval(1,2): a sweep needs a list, choice() or range(); use tune to search"
    assert toy("-m", "seed=interval(1,2)", "data.root=x") == (2, "", f"inpaint-zoo toy: error: {complaint}\n")


@pytest.mark.parametrize("sweeper", ["inpaint_zoo", "basic"])
def test_the_return_value_reaches_the_sweeper(toy: Toy, sweeper: str, monkeypatch: pytest.MonkeyPatch) -> None:
    returned: list[object] = []
    make = Plugins.instance().instantiate_launcher

    def spy(**named: Any) -> Any:
        launcher = make(**named)
        launch = launcher.launch

        def remember(*arguments: Any, **more: Any) -> Any:
            jobs = launch(*arguments, **more)
            returned.extend(getattr(job.return_value, "value", job.return_value) for job in jobs)
            return jobs

        monkeypatch.setattr(launcher, "launch", remember)
        return launcher

    monkeypatch.setattr(Plugins.instance(), "instantiate_launcher", spy)
    toy.task = lambda config: config.seed * 0.5
    assert toy("-m", "seed=1,2", "data.root=x", f"hydra/sweeper={sweeper}")[0] == 0
    assert returned == [0.5, 1.0]


def test_callbacks_of_hydra_are_called(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    events = ["on_run_start", "on_run_end", "on_job_start", "on_job_end", "on_multirun_start", "on_multirun_end"]

    class Remember(Callback):
        def __getattribute__(self, name: str) -> Any:
            if name in events:
                calls.append(name)
            return super().__getattribute__(name)

    monkeypatch.setitem(sys.modules, "remembering", SimpleNamespace(Remember=Remember))  # type: ignore[arg-type]
    arguments = ["data.root=x", "+hydra.callbacks.mine._target_=remembering.Remember", "allow=[remembering.Remember]"]
    assert toy(*arguments)[0::2] == (0, "")
    assert calls == ["on_run_start", "on_job_start", "on_job_end", "on_run_end"]
    calls.clear()
    assert toy("-m", "seed=1,2", *arguments)[0::2] == (0, "")
    assert calls == ["on_multirun_start", *["on_job_start", "on_job_end"] * 2, "on_multirun_end"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "data.root is missing: give data.root=DIR"),
        (["trainer.max_epoch=3"], "there is no key 'trainer.max_epoch', did you mean 'trainer.max_epochs'?"),
        (["max_epochs=3"], "there is no key 'max_epochs', did you mean 'trainer.max_epochs'?"),
        (["shpae=circle"], "there is no key 'shpae', did you mean 'shape'?"),
        (["shape=circel"], "shape=circel is unknown, did you mean 'circle'? (known: circle, square)"),
        (["seed"], "'seed' is not an override: write KEY=VALUE"),
        (["seed=a(b"], "the value of seed cannot be read: 'a(b' holds special characters, quote it: \"seed='...'\""),
        (["seed=1,2"], "seed=1,2 is a list for --multirun: add it, or give seed=[1,2]"),
        (["hydra.job.chdir=abc"], "hydra.job.chdir: Value 'abc' is not a valid bool (type str)"),
        (["~trainer.foo"], "Could not delete from config. 'trainer.foo' does not exist."),
        (["data.root=x", "seed=${sede}"], "Interpolation key 'sede' not found full_key: seed object_type=dict"),
        (["--multirum"], "unrecognized arguments: --multirum"),
        (["-m", "--cfg", "job"], "argument --cfg/-c: not allowed with argument --multirun/-m"),
        (["--cfg", "jobs"], "argument --cfg/-c: invalid choice: 'jobs' (choose from 'job', 'hydra', 'all')"),
        (
            ["--cfg", "job", "--package", "sede"],
            "--package sede: there is no key 'sede', did you mean 'seed'?",
        ),
        (["--shell-completion"], "unrecognized arguments: --shell-completion"),
    ],
)
def test_a_mistake_is_one_line(toy: Toy, tmp_path: Path, arguments: list[str], complaint: str) -> None:
    assert toy(*arguments) == (2, "", f"inpaint-zoo toy: error: {complaint}\n")
    assert list((tmp_path / "here").iterdir()) == []


def test_a_missing_value_is_named_in_full(toy: Toy) -> None:
    expected = (2, "", "inpaint-zoo toy: error: data.root is missing: give data.root=DIR\n")
    toy.task = lambda config: construct(config.data)
    assert toy("+data._target_=types.SimpleNamespace", "allow=[types]") == expected
    toy.task = lambda config: config.mine
    assert toy("+mine=${data.root}") == expected


def test_a_group_without_a_choice_is_named(toy: Toy) -> None:
    (toy.conf / "toy.yaml").write_text(TOY.replace("shape: square", "shape: ???"))
    complaint = "shape is missing: give shape=NAME (known: circle, square)"
    assert toy() == (2, "", f"inpaint-zoo toy: error: {complaint}\n")


def test_a_config_dir_that_is_none(toy: Toy) -> None:
    toy.conf = toy.conf / "nowhere"
    assert toy() == (2, "", f"inpaint-zoo toy: error: --config-dir {toy.conf} is not a folder\n")


def test_a_broken_file_of_the_user(toy: Toy) -> None:
    (toy.conf / "experiment").mkdir()
    (toy.conf / "experiment" / "mine.yaml").write_text("a: {b: [\n")
    code, _, complaint = toy("experiment=mine")
    assert (code, complaint.count("\n")) == (2, 1)
    assert "mine.yaml" in complaint


def refuse(config: DictConfig) -> None:
    raise InputError("image.png is no image:\nconvert it")


def test_bad_input_of_the_task_leaves_nothing_behind(toy: Toy, tmp_path: Path) -> None:
    toy.task = refuse
    expected = (2, "", "inpaint-zoo toy: error: image.png is no image: convert it\n")
    assert toy("run_dir=a/b/c") == expected
    assert list((tmp_path / "here").iterdir()) == []
    (tmp_path / "here" / "a").mkdir()
    assert toy("run_dir=a/b/c") == expected
    assert list((tmp_path / "here" / "a").iterdir()) == []


def test_a_failed_task_keeps_what_it_wrote(toy: Toy, tmp_path: Path) -> None:
    def write_and_refuse(config: DictConfig) -> None:
        (output_dir() / "log").write_text("x")
        refuse(config)

    toy.task = write_and_refuse
    assert toy("run_dir=a/b")[0] == 2
    assert (tmp_path / "here" / "a" / "b" / "log").exists()


@pytest.mark.parametrize("arguments", [["--debug"], []])
def test_debug_shows_the_traceback_of_bad_input(
    toy: Toy, arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    toy.task = refuse
    monkeypatch.setenv("INPAINT_ZOO_DEBUG", "0" if arguments else "1")
    code, _, complaint = toy(*arguments)
    assert code == 2
    assert "Traceback" in complaint
    assert "in refuse" in complaint
    assert complaint.endswith("inpaint-zoo toy: error: image.png is no image: convert it\n")


def test_bad_input_in_a_constructor_is_unwrapped(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    import hydra

    node = {"_target_": "refusing.refuse", "config": 1}
    monkeypatch.setitem(sys.modules, "refusing", SimpleNamespace(refuse=refuse))  # type: ignore[arg-type]
    for build in (construct, hydra.utils.instantiate):
        toy.task = lambda config, build=build: build(OmegaConf.create(node))
        assert toy("allow=[refusing.refuse]")[2].endswith("error: image.png is no image: convert it\n")


def test_a_bug_shows_its_traceback(toy: Toy) -> None:
    def divide(config: DictConfig) -> float:
        return 1 / config.seed

    toy.task = divide
    code, _, complaint = toy()
    assert code == 1
    assert complaint.startswith("Traceback")
    assert "in divide" in complaint
    assert complaint.endswith("ZeroDivisionError: division by zero\n")


def test_interruption(toy: Toy) -> None:
    def interrupt(config: DictConfig) -> None:
        raise KeyboardInterrupt

    toy.task = interrupt
    assert toy() == (130, "", "inpaint-zoo toy: interrupted\n")


def test_an_exit_passes(toy: Toy) -> None:
    toy.task = lambda config: sys.exit(7)
    with pytest.raises(SystemExit, match="7"):
        toy()


def test_a_folder_that_cannot_be_made(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "here" / "file").write_text("")
    for arguments in ([], ["-m"]):
        code, _, complaint = toy("run_dir=file/run", "data.root=x", *arguments)
        assert code == 2
        assert complaint.startswith("inpaint-zoo toy: error: cannot make the folder")
        assert complaint.count("\n") == 1
    assert toy.jobs == []


def test_cfg_shows_the_configuration(toy: Toy) -> None:
    code, text, _ = toy("--cfg", "job", "shape=circle")
    assert code == 0
    assert OmegaConf.create(text).shape == {"radius": 2}
    assert toy("--cfg", "job", "--package", "trainer")[1] == "# @package trainer\nmax_epochs: 3\n"
    assert toy.jobs == []


def test_cfg_shows_a_part_and_the_values_of_references(toy: Toy) -> None:
    text = toy("--cfg", "all", "--resolve", "--package", "hydra.run")[1]
    assert text == "# @package hydra.run\ndir: runs/square\n"
    assert toy("--cfg", "job", "--package", "trainer.max_epochs")[1] == "3\n"
    assert list(OmegaConf.create(toy("--cfg", "hydra")[1])) == ["hydra"]
    assert "hydra" in OmegaConf.create(toy("--cfg", "all", "--package", "_global_")[1])


def test_info_shows_where_values_come_from(toy: Toy) -> None:
    code, text, _ = toy("--info", "shape=circle")
    assert code == 0
    assert f"command-line: {toy.conf}" in text.splitlines()
    assert "shape/circle -> shape" in text.splitlines()
    assert toy.jobs == []


def test_help_of_a_verb_fits_the_terminal(toy: Toy) -> None:
    (toy.conf / "toy.yaml").write_text(f"{TOY}\nlong: {'word ' * 40}\n")
    code, text, _ = toy("--help")
    assert code == 0
    assert text.startswith("Usage: inpaint-zoo toy [KEY=VALUE ...]")
    assert "shape: circle, square" in text
    assert "max_epochs: 3" in text
    assert max(map(len, text.splitlines())) <= 80


def test_usage_lists_the_verbs(toy: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--help"], ["-h"]):
        assert cli.main(arguments) == 0
        text = capsys.readouterr().out
        assert "  toy" in text
        assert max(map(len, text.splitlines())) <= 80
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("inpaint-zoo ")


def test_a_wrong_verb_names_the_nearest(toy: Toy, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["toi"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("inpaint-zoo: error: there is no verb 'toi', did you mean 'toy'?")
    assert complaint.count("\n") == 1


def test_a_verb_may_have_two_words(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.VERBS, "toy box", cli.VERBS.pop("toy"))
    (toy.conf / "toy.yaml").rename(toy.conf / "toy_box.yaml")
    assert cli.main(["toy", "box", "data.root=x", "--config-dir", str(toy.conf)]) == 0
    assert toy.jobs[0][0]["data"] == {"root": "x"}
    assert toy("box", "sede=1")[2] == "inpaint-zoo toy box: error: there is no key 'sede', did you mean 'seed'?\n"
    assert toy("box", "--help")[1].startswith("Usage: inpaint-zoo toy box [KEY=VALUE ...]")


@pytest.mark.parametrize("arguments", [["masks"], ["masks", "--help"], ["masks", "-h"]])
def test_the_first_word_of_two_shows_its_verbs(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 0
    text = capsys.readouterr().out
    assert "  masks make  " in text
    assert "data manifest" not in text


@pytest.mark.parametrize(
    ("arguments", "wrong", "meant"),
    [
        (["masks", "mak"], "masks mak", ", did you mean 'masks make'?"),
        (["mask", "make", "count=3"], "mask make", ", did you mean 'masks make'?"),
        (["masks", "count=3"], "masks", ", did you mean 'masks make'?"),
        (["data", "manifets"], "data manifets", ", did you mean 'data manifest'?"),
        (["trian", "data=folder"], "trian", ", did you mean 'train'?"),
        (["zzz", "qqq"], "zzz", " (known: "),
    ],
)
def test_a_wrong_word_of_two_is_one_line(
    arguments: list[str], wrong: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    out, complaint = capsys.readouterr()
    assert out == ""
    assert complaint.startswith(f"inpaint-zoo: error: there is no verb '{wrong}'{meant}")
    assert complaint.count("\n") == 1


def test_every_verb_has_a_module_with_run() -> None:
    import importlib

    for module, text in cli.VERBS.values():
        assert callable(importlib.import_module(module).run)
        assert text


def test_help_and_a_wrong_verb_need_neither_torch_nor_hydra() -> None:
    code = (
        "import sys; from inpaint_zoo.cli.main import main; assert main(['--help']) == 0; "
        "assert main(['nothing']) == 2; "
        "assert not {'torch', 'hydra', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=os.environ)


@pytest.mark.parametrize(
    "shown", [["train", "--help"], ["train", "experiment=tiny", "--cfg", "job"], ["compare", "--help"]]
)
def test_a_configuration_is_shown_without_torch(shown: list[str]) -> None:
    code = (
        f"import sys; from inpaint_zoo.cli.main import main; assert main({shown!r}) == 0; "
        "loaded = {'torch', 'numpy', 'pytorch_lightning', 'PIL'} & set(sys.modules); assert not loaded, loaded"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = [sys.executable, "-m", "inpaint_zoo", next(iter(cli.VERBS)), "--help"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_the_package_can_be_run() -> None:
    done = subprocess.run([sys.executable, "-m", "inpaint_zoo", "nothing"], check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("inpaint-zoo: error: there is no verb 'nothing'")


def test_the_current_folder_may_have_been_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert cli.main(["predict", "model=mean"]) == 2
    assert capsys.readouterr().err == (
        "inpaint-zoo predict: error: the current folder cannot be used (No such file or directory): "
        "change to another one\n"
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("compare", "methods.a=mean", "force=no"),
        ("evaluate", "ckpt=x.ckpt", "force=no"),
        ("masks make", "kind=center_box", "output=x", "force=no"),
        ("import-weights", "model=misf", "source=x", "output=y", "force=no"),
        ("benchmark", "force=no"),
        ("runs", "force=no"),
        ("data manifest", "output=x", "force=no"),
    ],
)
def test_true_or_false_is_so_in_every_verb(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    verb, *rest = arguments
    assert cli.main([*verb.split(), *rest]) == 2
    assert capsys.readouterr().err == f"inpaint-zoo {verb}: error: force=no must be true or false\n"


def test_sigterm_ends_a_verb_with_one_line(toy: Toy) -> None:
    before = signal.getsignal(signal.SIGTERM)
    toy.task = lambda config: signal.raise_signal(signal.SIGTERM)
    code, _, err = toy("data.root=x")
    assert (code, err) == (128 + signal.SIGTERM, "inpaint-zoo toy: stopped by SIGTERM\n")
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_forked_process_ends_at_sigterm_as_any_other(toy: Toy) -> None:
    def fork(config: DictConfig) -> None:
        context = multiprocessing.get_context("fork")
        began = context.Event()
        process = context.Process(target=lambda: (began.set(), time.sleep(60)))
        process.start()
        began.wait()
        process.terminate()
        process.join()
        assert process.exitcode == -signal.SIGTERM

    toy.task = fork
    assert toy("data.root=x")[0] == 0


def test_a_verb_of_two_words_may_be_one_argument(command, tmp_path):
    done = command("masks make", "kind=center_box", "count=1", "size=32", f"output={tmp_path / 'masks'}")
    assert done.code == 0
    manifest = json.loads((tmp_path / "masks" / "manifest.json").read_text())
    assert "BoxMask" in json.dumps(manifest)
    assert command("").code == 2
