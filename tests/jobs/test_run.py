from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from inpaint_zoo.config.compose import output_dir
from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.run import run_verb
from inpaint_zoo.training.runs.lock import is_locked

TRAIN = ["data=photographs", "experiment=tiny"]


def refuse(config: DictConfig) -> None:
    raise InputError("no such image")


def test_the_task_gets_the_composed_configuration() -> None:
    seen: list[Any] = []
    assert run_verb("runs", lambda config: seen.append((config.sort, "hydra" in config)), ["sort=step"]) == 0
    assert seen == [("step", False)]
    assert not GlobalHydra.instance().is_initialized()
    assert not HydraConfig.initialized()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--nonsense"], "unrecognized arguments: --nonsense"),
        (["--cfg", "all of it"], "invalid choice"),
        (["--cfg", "job", "--info"], "not allowed with argument"),
    ],
)
def test_wrong_options_are_input_errors(arguments: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        run_verb("runs", refuse, arguments)


@pytest.mark.parametrize("option", ["--help", "--info", "--cfg=job"])
def test_options_that_show_something_run_nothing(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_verb("runs", refuse, [option]) == 0
    assert capsys.readouterr().out


def test_a_training_holds_the_lock_of_its_folder(tmp_path: Path) -> None:
    locked: list[bool] = []
    run_verb("train", lambda config: locked.append(is_locked(output_dir())), [*TRAIN, f"run_dir={tmp_path}/run"])
    assert locked == [True]
    assert not is_locked(tmp_path / "run")


def test_a_job_that_fails_leaves_no_empty_folders(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(InputError, match="no such image"):
        run_verb("train", refuse, [*TRAIN, f"run_dir={tmp_path}/kept/a/b/c"])
    assert list(tmp_path.rglob("*")) == [tmp_path / "kept"]


def test_a_sweep_returns_the_exit_code_of_its_worst_job(tmp_path: Path) -> None:
    def fail(config: DictConfig) -> float:
        if config.seed == 1:
            raise InputError("no such image")
        return 20.0

    arguments = ["-m", *TRAIN, "seed=0,1,2", f"run_dir={tmp_path}"]
    assert run_verb("train", fail, arguments) == 2
    assert (tmp_path / "1" / "failure.txt").read_text() == "no such image\n"


def test_trainings_and_sweeps_of_the_same_second_get_folders_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is started while the others before it are at work."""
    monkeypatch.chdir(tmp_path)
    folders: list[Path] = []

    def nested(more: tuple[str, ...], left: int) -> None:
        def task(config: DictConfig) -> None:
            folders.append(output_dir())
            if left:
                nested(more, left - 1)

        assert run_verb("train", task, [*TRAIN, *more]) == 0

    nested((), 3)
    assert len(set(folders)) == 4
    assert {folder.parent for folder in folders} == {tmp_path / "runs" / "train" / "misf"}
    folders.clear()
    nested(("-m", "seed=0"), 3)
    assert len({folder.parent for folder in folders}) == 4


def test_a_failed_training_leaves_no_folder_named_by_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="no such image"):
        run_verb("train", refuse, TRAIN)
    with pytest.raises(InputError, match="model=misd"):
        run_verb("train", refuse, [*TRAIN, "-m", "model=misf,misd"])
    assert list(tmp_path.iterdir()) == []


def test_a_lone_task_of_a_job_of_several_holds_its_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"SLURM_PROCID": "1", "SLURM_NTASKS": "2", "SLURM_LOCALID": "1", "RANK": "x"}.items():
        monkeypatch.setenv(name, value)
    locked: list[bool] = []
    run_verb("train", lambda config: locked.append(is_locked(output_dir())), [*TRAIN, f"run_dir={tmp_path}/run"])
    assert locked == [True]
