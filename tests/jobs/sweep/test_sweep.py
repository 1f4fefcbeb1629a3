"""`inpaint-zoo train -m`, with a training that takes no time."""

import csv
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.errors import MissingConfigException
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.config.error_messages import explain
from inpaint_zoo.errors import InputError, Stopped

Command = Callable[..., Any]
COMMON = ["train", "-m", "data=photographs", "experiment=tiny"]


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "sweep.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_sweep_ends_with_one_table(command: Command, training: Any, tmp_path: Path) -> None:
    def behave(config: DictConfig, folder: Path) -> float:
        time.sleep(0.05)
        return 20.125 + config.seed + (model_of(config) == "MADF")

    training.behaviour = behave
    code, out, err = command(*COMMON, "model=misf,madf", "seed=0,1", f"run_dir={tmp_path}/it's, all")
    assert (code, err) == (0, "")
    folder = tmp_path / "it's, all"
    assert training.folders == [folder / str(number) for number in range(4)]
    found = [
        (row["folder"], row["model"], row["seed"], row["state"], row["val/psnr"], row["step"]) for row in rows(folder)
    ]
    assert found == [
        ("0", "misf", "0", "finished", "20.125", "10"),
        ("1", "misf", "1", "finished", "21.125", "10"),
        ("2", "madf", "0", "finished", "21.125", "10"),
        ("3", "madf", "1", "finished", "22.125", "10"),
    ]  # fmt: skip
    assert all(0.05 <= float(row["seconds"]) < 60 for row in rows(folder))
    assert "| 3 | madf | 1 | finished | **22.12** | 10 |" in (folder / "sweep.md").read_text()
    assert re.search(r"3 +madf +1 +finished +22.12 +10 ", out)
    assert "job 2 of 4: model=misf seed=1\n" in out
    assert "job 2 of 4 finished: 21.12\n" in out
    assert max(map(len, out[out.index(" folder ") :].splitlines()[:6])) <= 80


def test_the_table_of_a_sweep_follows_the_monitor(command: Command, training: Any, tmp_path: Path) -> None:
    training.behaviour = lambda config, folder: 0.0625 * (1 + config.seed)
    code, out, err = command(*COMMON, "seed=1,0,2", "monitor=val/l1", "mode=min", f"run_dir={tmp_path}")
    assert (code, err) == (0, "")
    assert [row["val/l1"] for row in rows(tmp_path)] == ["0.125", "0.0625", "0.1875"]
    assert "| 1 | 0 | finished | **0.0625** | 10 |" in (tmp_path / "sweep.md").read_text()
    assert re.search(r"1 +0 +finished +0.0625 +10 ", out)


def model_of(config: DictConfig) -> str:
    return str(config.model._target_).rpartition(".")[2]


def test_without_a_folder_all_jobs_are_in_one_named_by_the_date(
    command: Command, training: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command(*COMMON, "model=misf,madf").code == 0
    (folder,) = (tmp_path / "runs" / "sweep").iterdir()
    assert training.folders == [folder / "0", folder / "1"]
    assert [config.run_dir for config in training.configs] == [str(folder / "0"), str(folder / "1")]
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["sweep"]


def test_a_failed_job_does_not_end_the_sweep(command: Command, training: Any, tmp_path: Path) -> None:
    def fail(config: DictConfig, folder: Path) -> float:
        if config.seed == 1:
            raise InputError("the loss is not finite: lower model.optimizer.lr")
        return 20.0

    training.behaviour = fail
    code, out, err = command(*COMMON, "seed=0,1,2", f"run_dir={tmp_path}")
    assert (code, err) == (2, "job 2 of 3 failed: the loss is not finite: lower model.optimizer.lr\n")
    assert (tmp_path / "1" / "failure.txt").read_text() == "the loss is not finite: lower model.optimizer.lr\n"
    assert [row["state"] for row in rows(tmp_path)] == ["finished", "failed", "finished"]
    assert rows(tmp_path)[1]["remark"] == "the loss is not finite: lower model.optimizer.lr"
    assert rows(tmp_path)[1]["val/psnr"] == "19.25"  # it had validated before
    assert re.search(r"1 +1 +failed ", out)


def test_a_bug_is_worse_than_a_mistake_and_leaves_its_traceback(
    command: Command, training: Any, tmp_path: Path
) -> None:
    def fail(config: DictConfig, folder: Path) -> float:
        raise [InputError("a mistake"), RuntimeError("a bug\nof two lines"), InputError("a mistake")][config.seed]

    training.behaviour = fail
    code, _, err = command(*COMMON, "seed=0,1,2", f"run_dir={tmp_path}")
    traceback = tmp_path / "1" / "traceback.txt"
    assert code == 1
    assert err.splitlines() == [
        "job 1 of 3 failed: a mistake",
        f"job 2 of 3 failed: RuntimeError: a bug (its traceback: {traceback})",
        "job 3 of 3 failed: a mistake",
    ]
    assert traceback.read_text().endswith("RuntimeError: a bug\nof two lines\n")
    assert "Traceback" in command(*COMMON, "seed=0,1,2", f"run_dir={tmp_path}", "--debug").err


def test_the_same_command_skips_what_is_finished_and_resumes_the_rest(
    command: Command, training: Any, tmp_path: Path
) -> None:
    def stop(config: DictConfig, folder: Path) -> float:
        if config.seed == 1:
            raise Stopped("stopped by SIGTERM at step 7: resume with ckpt_path=last", signal.SIGTERM)
        return 20.0

    def succeed(config: DictConfig, folder: Path) -> float:
        assert str(HydraConfig.get().job.num) == folder.name
        return 20.0

    training.behaviour = stop
    arguments = [*COMMON, "seed=0,1,2", f"run_dir={tmp_path}"]
    code, out, err = command(*arguments)
    assert code == 128 + signal.SIGTERM
    assert err == (
        "inpaint-zoo train: the sweep was stopped by SIGTERM: 1 of 3 jobs are finished, "
        f"resume with the same command and run_dir={tmp_path}\n"
    )
    assert [row["state"] for row in rows(tmp_path)] == ["finished", "interrupted", "not started"]
    first = rows(tmp_path)[0]
    training.behaviour = succeed
    training.folders.clear()
    training.configs.clear()
    code, out, err = command(*arguments)
    assert (code, err) == (0, "")
    assert "job 1 of 3 is already finished: seed=0\n" in out
    assert training.folders == [tmp_path / "1", tmp_path / "2"]
    assert [config.ckpt_path for config in training.configs] == ["last", None]
    assert [row["state"] for row in rows(tmp_path)] == ["finished"] * 3
    assert rows(tmp_path)[0] == first
    training.folders.clear()
    assert command(*arguments).code == 0
    assert training.folders == []


def test_a_failed_job_is_tried_again(command: Command, training: Any, tmp_path: Path) -> None:
    def fail(config: DictConfig, folder: Path) -> float:
        raise InputError("the disk is full")

    succeed, training.behaviour = training.behaviour, fail
    arguments = [*COMMON, "seed=0,1", f"run_dir={tmp_path}"]
    assert command(*arguments).code == 2
    training.behaviour = succeed
    assert command(*arguments, "ckpt_path=last")[::2] == (0, "")
    assert not (tmp_path / "0" / "failure.txt").exists()
    assert [row["state"] for row in rows(tmp_path)] == ["finished", "finished"]


def test_last_means_nothing_to_a_job_that_has_not_begun(command: Command, training: Any, tmp_path: Path) -> None:
    assert command(*COMMON, "seed=0,1", f"run_dir={tmp_path}", "ckpt_path=last").code == 0
    assert [config.ckpt_path for config in training.configs] == [None, None]


def test_ctrl_c_ends_the_sweep(command: Command, training: Any, tmp_path: Path) -> None:
    def interrupt(config: DictConfig, folder: Path) -> float:
        raise KeyboardInterrupt

    training.behaviour = interrupt
    code, _, err = command(*COMMON, "seed=0,1", f"run_dir={tmp_path}")
    assert code == 130
    assert err.startswith("inpaint-zoo train: the sweep was stopped by SIGINT: 0 of 2 jobs are finished")
    assert training.folders == [tmp_path / "0"]


def test_the_folder_of_another_training_is_refused_before_anything_runs(
    command: Command, training: Any, tmp_path: Path
) -> None:
    assert command(*COMMON, "seed=0,1", f"run_dir={tmp_path}").code == 0
    training.folders.clear()
    code, out, err = command(*COMMON, "seed=0,1", f"run_dir={tmp_path}", "trainer.max_steps=20")
    assert (code, out) == (2, "")
    assert err == (
        f"inpaint-zoo train: error: job 1 of 2 (seed=0): {tmp_path / '0'} holds a training of another configuration "
        "(trainer.max_steps is 10 there and 20 here): give another run_dir, or the command that this one was started "
        "with\n"
    )
    assert training.folders == []
    # a longer list whose first jobs are the same is the same sweep
    assert command(*COMMON, "seed=0,1,2", f"run_dir={tmp_path}").code == 0
    assert training.folders == [tmp_path / "2"]


def test_foreign_and_damaged_files_are_not_written_over(command: Command, training: Any, tmp_path: Path) -> None:
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "thesis.tex").write_text("")
    err = command(*COMMON, "seed=0,1", f"run_dir={tmp_path}").err
    assert "job 1 of 2 (seed=0): " in err
    assert "holds files that do not belong to a training" in err
    (tmp_path / "0" / "config.yaml").write_text("a: [")
    err = command(*COMMON, "seed=0,1", f"run_dir={tmp_path}").err
    assert f"{tmp_path / '0' / 'config.yaml'} cannot be read" in err
    assert err.count("\n") == 1
    assert training.folders == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["model=misf,mafd"], "job 2 of 2 (model=mafd): model=mafd is unknown, did you mean 'madf'?"),
        (["seed=0,1", "trainer.max_step=1"], "there is no key 'trainer.max_step', did you mean 'trainer.max_steps'?"),
        (["seed=0,1", "+trainer.foo=1"], "job 1 of 2 (seed=0): trainer.foo is no argument of Trainer"),
        (["seed=0,1", "data=folder"], "job 1 of 2 (seed=0): data.root is missing: give data.root=DIR"),
        (["trainer.max_steps=3,many"], "job 2 of 2 (trainer.max_steps=many): trainer.max_steps is 'many': give"),
    ],
)
def test_mistakes_are_found_before_anything_runs(
    command: Command, training: Any, tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    code, out, err = command(*COMMON, *arguments, f"run_dir={tmp_path / 'sweep'}")
    assert (code, out) == (2, "")
    assert err.startswith(f"inpaint-zoo train: error: {complaint}")
    assert err.count("\n") == 1
    assert training.folders == []
    assert not (tmp_path / "sweep").exists()


def test_the_environment_of_a_job_is_its_own(command: Command, training: Any, tmp_path: Path) -> None:
    def leave(config: DictConfig, folder: Path) -> float:
        assert "LEFT_BEHIND" not in os.environ
        os.environ["LEFT_BEHIND"] = "1"
        return 20.0

    training.behaviour = leave
    assert command(*COMMON, "seed=0,1", f"run_dir={tmp_path}")[::2] == (0, "")


def test_many_keys_share_a_column_in_the_terminal(command: Command, training: Any, tmp_path: Path) -> None:
    keys = ["model.optimizer.lr=1e-3,1e-4", "data.batch_size=2,4", "seed=0,1", "num_sample_images=0,1"]
    code, out, err = command(*COMMON, *keys, f"run_dir={tmp_path}")
    assert (code, err) == (0, "")
    assert "lr=0.0001" in out
    assert "num_sample_images=1" in out
    table = out[out.index(" folder ") :].splitlines()
    assert max(map(len, table[:40])) <= 80
    assert rows(tmp_path)[5]["model.optimizer.lr"] == "0.001"


def test_sweeps_of_other_verbs_have_no_table(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = command("masks", "make", "-m", "kind=box,nothing_like_it", "count=1", "output=out")
    assert (code, out) == (2, "")
    assert "job 2 of 2 (kind=nothing_like_it)" in err or "nothing_like_it is unknown" in err
    code, out, err = command("masks", "make", "-m", "seed=1,2", "count=0,1", 'output="out/${hydra:job.num}"')
    assert code == 2
    assert err.count("failed: count=0 must be at least 1") == 2
    assert "val/psnr" not in out
    assert (tmp_path / "out").is_dir()


def test_a_run_that_fails_leaves_its_reason(command: Command, training: Any, tmp_path: Path) -> None:
    def fail(config: DictConfig, folder: Path) -> float:
        assert OmegaConf.is_config(config)
        raise InputError("the loss is not finite")

    training.behaviour = fail
    run = ["train", "data=photographs", "experiment=tiny", f"run_dir={tmp_path}"]
    assert command(*run)[::2] == (2, "inpaint-zoo train: error: the loss is not finite\n")
    assert (tmp_path / "failure.txt").read_text() == "the loss is not finite\n"


def test_a_launcher_that_is_not_installed_is_an_extra() -> None:
    missing = MissingConfigException("", missing_cfg_file="hydra/launcher/joblib", options=["basic"])
    assert explain(missing) == "hydra/launcher=joblib is an optional package: pip install 'inpaint-zoo[sweeps]'"
