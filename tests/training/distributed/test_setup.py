"""Whole trainings on several processes, one of which is this one."""

from __future__ import annotations

import csv
import importlib
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from torch import distributed as dist

from inpaint_zoo.training.distributed.setup import silence_other_ranks

Command = Callable[..., Any]
# Adam makes as large a step of a gradient that is zero but for rounding as of any other
SGD = ("model.optimizer._target_=torch.optim.SGD", "~model.optimizer.betas", "model.optimizer.lr=0.01")
TWO = ("trainer=ddp", "trainer.devices=2", "trainer.accelerator=cpu", "data.batch_size=2")
ONE = ("trainer=cpu", "data.batch_size=4")


@pytest.fixture
def train(command: Command, small_network: Callable[[str], dict[str, int]], images: Callable[..., Path]) -> Command:
    """`inpaint-zoo train` of a small network, on 8 images, validated on 5; the first argument is the folder."""
    names = [f"{split}/{number}.png" for split, count in (("train", 8), ("val", 5)) for number in range(count)]
    root = images(*names)

    def run(run_dir: Path, *arguments: object, model: str = "misf", steps: int = 2) -> Any:
        network = [f"model.network.{key}={value}" for key, value in small_network(model).items()]
        settings = ["experiment=tiny", "data.size=32", f"trainer.max_steps={steps}", f"model={model}", *network]
        settings += ["mask=center_box", "trainer.val_check_interval=2", *SGD]
        return command("train", *settings, f"data.root={root}", f"run_dir={run_dir}", *arguments)

    return run


def rows(run_dir: Path) -> list[dict[str, str]]:
    with (run_dir / "metrics.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def assert_alike(one: Path, other: Path) -> None:
    """Weights, validation and its place in `metrics.csv` are the same up to the order of additions."""
    states = [torch.load(folder / "last.ckpt", weights_only=True)["state_dict"] for folder in (one, other)]
    assert states[0].keys() == states[1].keys()
    for key, value in states[0].items():
        torch.testing.assert_close(value, states[1][key], rtol=1e-4, atol=1e-5)
    validations = [[row for row in rows(folder) if row["val/psnr"]] for folder in (one, other)]
    assert [row["step"] for row in validations[0]] == [row["step"] for row in validations[1]]
    for rows_of_step in zip(*validations, strict=True):
        names = [{key for key, value in row.items() if value and key.startswith("val/")} for row in rows_of_step]
        assert names[0] == names[1]
        for key in names[0]:
            assert float(rows_of_step[0][key]) == pytest.approx(float(rows_of_step[1][key]), rel=1e-4, abs=1e-5)


def test_two_processes_do_what_one_does_and_one_resumes_them(
    train: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what the command line, and the import of OpenCV, set for good
    monkeypatch.setenv("TORCH_CPP_LOG_LEVEL", "ERROR")
    monkeypatch.setenv("NO_ALBUMENTATIONS_UPDATE", "1")
    importlib.import_module("cv2")
    alone, shared = tmp_path / "alone", tmp_path / "it's = [a], {b} (2) Ü"
    environment = dict(os.environ)
    outcome = train(shared, *TWO)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.count("run folder: ") == outcome.out.count("8 training images, 5 validation samples") == 1
    assert dict(os.environ) == environment
    assert not dist.is_initialized()
    assert [path.name for path in tmp_path.iterdir() if path.name != "images"] == [shared.name]
    assert OmegaConf.load(shared / "config.yaml").trainer.devices == 2
    assert [row["step"] for row in rows(shared)] == ["1", "2", "2"]
    assert train(alone, *ONE).code == 0
    assert_alike(shared, alone)
    for part in ("network", "discriminator"):  # of the gradients that all processes share
        norms = [
            [float(row[f"train/grad_norm/{part}"]) for row in rows(folder) if row["train/loss"]]
            for folder in (shared, alone)
        ]
        assert len(norms[0]) == 2
        assert norms[0] == pytest.approx(norms[1], rel=1e-3)
    assert train(shared, *ONE, "ckpt_path=last", steps=4).code == 0
    assert train(alone, *ONE, "ckpt_path=last", steps=4).code == 0
    assert_alike(shared, alone)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The dirpath has changed")
@pytest.mark.parametrize("model", ["madf", "ctsdg"])
def test_two_processes_validate_the_network_that_one_gets(train: Command, tmp_path: Path, model: str) -> None:
    """Batch normalisation in training mode: each process has statistics of its own, the checkpoint those of one.

    DDP hands the first process' statistics to the others with the first batch of a validation, and with that one only:
    here the processes have 3 and 2 batches.
    """
    shared, again = tmp_path / "shared", tmp_path / "again"
    assert train(shared, *TWO, "data.eval_batch_size=1", "checkpoint_every=2", model=model, steps=4).code == 0
    # the checkpoint of step 2 was written just before the validation, which runs when training resumes
    before = f"ckpt_path={shared / 'previous.ckpt'}"
    assert train(again, *ONE, before, "checkpoint_every=2", model=model, steps=4).code == 0
    validations = [next(row for row in rows(folder) if row["val/psnr"]) for folder in (shared, again)]
    assert [row["step"] for row in validations] == ["2", "2"]
    for key in ("val/psnr", "val/hole_l1", "val/ssim"):
        assert float(validations[0][key]) == pytest.approx(float(validations[1][key]), rel=1e-6)


@pytest.mark.slow
def test_two_processes_go_on_for_one_and_one_for_them(train: Command, tmp_path: Path) -> None:
    alone, mixed = tmp_path / "alone", tmp_path / "mixed"
    assert train(alone, *ONE, steps=6).code == 0
    assert train(mixed, *ONE, steps=2).code == 0
    assert train(mixed, *TWO, "ckpt_path=last", steps=4).code == 0
    assert train(mixed, *ONE, "ckpt_path=last", steps=6).code == 0
    assert_alike(mixed, alone)


def test_synchronised_normalisation_without_cuda_is_refused(train: Command, tmp_path: Path) -> None:
    outcome = train(tmp_path / "run", *TWO, "trainer.sync_batchnorm=true")
    assert outcome.code == 2
    assert outcome.err == (
        "inpaint-zoo train: error: trainer.sync_batchnorm=true needs CUDA devices: leave it out on this machine\n"
    )


def test_a_strategy_that_starts_processes_by_itself_is_refused(train: Command, tmp_path: Path) -> None:
    outcome = train(tmp_path / "run", *TWO, "trainer.strategy=ddp_spawn")
    assert outcome.code == 2
    assert outcome.err == (
        "inpaint-zoo train: error: trainer.strategy=ddp_spawn starts processes in another way: "
        "give trainer.strategy=ddp\n"
    )


def test_a_folder_by_time_is_refused_where_several_commands_share_it(
    command: Command, images: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    root = images("a.png", "b.png", "c.png", "d.png", "e.png", "f.png")
    arguments = ("experiment=tiny", "data.size=32", f"data.root={root}", *TWO, "trainer.num_nodes=2")
    outcome = command("train", *arguments)
    assert outcome.code == 2
    assert outcome.err.endswith("run_dir contains the time, which differs between processes: give run_dir=DIR\n")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("variables", "speaks"), [({}, True), ({"RANK": "0"}, True), ({"SLURM_PROCID": "3"}, False)])
def test_only_the_first_process_prints(
    variables: dict[str, str], speaks: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sys.stdout
    monkeypatch.setattr(sys, "stdout", before)  # put back at the end
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with warnings.catch_warnings():
        silence_other_ranks()
        print("here")
    assert (sys.stdout is before) is speaks
    if not speaks:
        sys.stdout.close()
    assert (capsys.readouterr().out == "here\n") is speaks


def position(run_dir: Path) -> int:
    """Samples that all processes together were trained on."""
    checkpoint = torch.load(run_dir / "last.ckpt", weights_only=True)
    return next(
        int(state["samples"]) for state in checkpoint.values() if isinstance(state, dict) and "samples" in state
    )


def small(images: Callable[..., Path], small_network: Callable[[str], dict[str, int]]) -> list[str]:
    root = images(*(f"{split}/{number}.png" for split in ("train", "val") for number in range(4)))
    network = [f"model.network.{key}={value}" for key, value in small_network("misf").items()]
    return ["model=misf", *network, "experiment=tiny", "data.size=32", "trainer.max_steps=2", f"data.root={root}", *TWO]


@pytest.mark.slow
def test_a_sweep_of_two_jobs_on_two_processes_makes_two_run_folders(
    images: Callable[..., Path], small_network: Callable[[str], dict[str, int]], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "inpaint_zoo", "train", *small(images, small_network), "-m", "seed=0,1"]
    folder = tmp_path / "here"
    folder.mkdir()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("run folder: ") == 2
    runs = sorted(path.parent for path in folder.rglob("last.ckpt"))
    assert len(runs) == len(list(folder.rglob("config.yaml"))) == 2
    assert {OmegaConf.load(run / "config.yaml").seed for run in runs} == {0, 1}
    assert [position(run) for run in runs] == [2 * 2 * 2] * 2
    assert len({path.parent for path in runs}) == 1
    assert {path.name for path in folder.iterdir()} == {"runs"}


@pytest.mark.slow
def test_a_run_of_the_console_script_makes_one_folder(
    images: Callable[..., Path], small_network: Callable[[str], dict[str, int]], tmp_path: Path
) -> None:
    script = Path(sys.executable).with_name("inpaint-zoo")
    folder = tmp_path / "here"
    folder.mkdir()
    command = [str(script), "train", *small(images, small_network)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    (run,) = folder.glob("runs/train/misf/*")
    assert position(run) == 2 * 2 * 2
    assert len(list(folder.rglob("config.yaml"))) == 1


@pytest.mark.slow
def test_a_process_that_is_killed_ends_the_training_with_a_line(
    images: Callable[..., Path], small_network: Callable[[str], dict[str, int]], tmp_path: Path
) -> None:
    run_dir = tmp_path / "run"
    arguments = [
        *small(images, small_network),
        f"run_dir={run_dir}",
        "trainer.max_steps=100000",
        "checkpoint_every=2",
    ]
    command = [sys.executable, "-m", "inpaint_zoo", "train", *arguments, "trainer.val_check_interval=100000"]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 200
    while not (run_dir / "previous.ckpt").exists() and time.monotonic() < deadline and first.poll() is None:
        time.sleep(0.1)
    children = Path(f"/proc/{first.pid}/task/{first.pid}/children").read_text().split()
    assert len(children) == 1
    os.kill(int(children[0]), signal.SIGKILL)
    _, complaint = first.communicate(timeout=60)
    assert first.returncode == 2
    assert complaint.strip().splitlines()[-1] == (
        "inpaint-zoo train: error: process 1 on this machine was killed by signal 9; "
        "resume with the same command and ckpt_path=last (and run_dir= of this run)"
    )


@pytest.mark.slow
def test_submitit_runs_a_job_on_two_processes(
    command: Command, images: Callable[..., Path], small_network: Callable[[str], dict[str, int]], tmp_path: Path
) -> None:
    arguments = small(images, small_network)
    outcome = command(
        "train", *arguments, f"run_dir={tmp_path / 'run'}", "-m", "hydra/launcher=submitit_local", "seed=3"
    )
    assert (outcome.code, outcome.err) == (0, "")
    (checkpoint,) = (tmp_path / "run").rglob("last.ckpt")
    assert position(checkpoint.parent) == 2 * 2 * 2


def test_the_launcher_of_slurm_composes(command: Command) -> None:
    arguments = ("hydra/launcher=submitit_slurm", "hydra.launcher.tasks_per_node=4", "hydra.launcher.gpus_per_node=4")
    outcome = command("train", "data.root=images", *arguments, "--cfg", "hydra")
    assert outcome.code == 0
    launcher = OmegaConf.create(outcome.out).hydra.launcher
    assert launcher._target_.endswith("SlurmLauncher")
    assert launcher.tasks_per_node == launcher.gpus_per_node == 4
