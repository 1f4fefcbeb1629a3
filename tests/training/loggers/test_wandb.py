import csv
import json
import logging
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from omegaconf import OmegaConf

from inpaint_zoo.images.reading import read_image
from inpaint_zoo.models.misf import MISF
from inpaint_zoo.training.loggers import RunIdentity, WandbRun

TRAIN = (
    "train", "model=misf", "experiment=tiny", "data=photographs", "data.size=32", "data.eval_repeats=2",
    "model.network.num_residual_blocks=1", "logger=wandb", "trainer.max_steps=2", "logger.wandb.start_seconds=1",
)  # fmt: skip


def history(records: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """Rows that were logged; keys of nested values are joined with dots."""
    return [
        {".".join(item.nested_key) or item.key: json.loads(item.value_json) for item in row.item}
        for row in records["history"]
    ]


def steps(records: dict[str, list[Any]], key: str) -> list[int]:
    return [row["trainer/global_step"] for row in history(records) if key in row]


def loss_steps(run_dir: Path) -> list[int]:
    with (run_dir / "metrics.csv").open(newline="") as file:
        return [int(row["step"]) for row in csv.DictReader(file) if row["train/loss"]]


def test_a_run_holds_everything(command: Any, tmp_path: Path, wandb_offline: Any) -> None:
    run_dir = tmp_path / "run"
    settings = ("trainer.val_check_interval=2", "trainer.max_steps=4", "num_worst_images=3", "num_sample_images=2")
    outcome = command(*TRAIN, f"run_dir={run_dir}", "data.eval_repeats=4", "logger.wandb.tags=[a,b]", *settings)
    assert (outcome.code, outcome.err) == (0, "")
    records = wandb_offline.records(run_dir)
    (run,) = records["run"]
    assert (run.project, list(run.tags)) == ("inpaint-zoo", ["a", "b"])
    sent = {update.key: json.loads(update.value_json) for update in run.config.update}
    assert sent["model"] == OmegaConf.to_container(OmegaConf.load(run_dir / "config.yaml").model)
    # loss terms by name, at the steps of metrics.csv
    for term in ("loss", "l1", "adversarial", "discriminator"):
        assert steps(records, f"train/{term}") == [1, 2, 3, 4] == loss_steps(run_dir)
    assert steps(records, "val/psnr") == [2, 4]
    assert [metric.step_metric for metric in records["metric"] if metric.glob_name == "*"] == ["trainer/global_step"]
    # panels of fixed images with their masks, where the validation of the same network is
    panels = [row for row in history(records) if "images/composite.filenames" in row]
    assert [row["trainer/global_step"] for row in panels] == [2, 4]
    for column in ("input", "output", "composite", "target"):
        assert [row[f"images/{column}.captions"] for row in panels] == [
            ["clock_motion@1.png", "clock_motion@3.png"]
        ] * 2
        assert all(set(masks) == {"hole"} for row in panels for masks in row[f"images/{column}.all_masks"])
    (files,) = run_dir.glob("wandb/offline-run-*/files")
    first = panels[0]["images/target.filenames"][0]
    assert np.array_equal(
        read_image(files / first), read_image(run_dir / "images" / "step_00000002.png")[22:54, -36:-4]
    )
    # the worst images, worst first
    (table,) = files.glob("media/table/val/worst_*.table.json")
    content = json.loads(table.read_text())
    assert content["columns"] == ["name", "hole_psnr", "ratio", "input", "output", "composite", "target"]
    scores = [row[1] for row in content["data"]]
    assert len(scores) == 3
    assert scores == sorted(scores)
    # best values, by bin too
    best = {
        update.key: json.loads(update.value_json)
        for summary in records["summary"] for update in summary.update if update.key.startswith("best/")
    }  # fmt: skip
    rows = [row for row in history(records) if "val/psnr" in row]
    for key, better in (("psnr", max), ("l1", min), ("0-20/hole_ssim", max), ("20-40/hole_l1", min)):
        assert best[f"best/{key}"] == pytest.approx(better(row[f"val/{key}"] for row in rows))
    # configuration and checkpoints, from where they lie
    artifacts = {artifact.type: artifact for artifact in records["artifact"]}
    assert [entry.path for entry in artifacts["config"].manifest.contents] == ["config.yaml"]
    assert [entry.local_path for entry in artifacts["model"].manifest.contents] == [
        str(run_dir / name) for name in ("best.ckpt", "last.ckpt")
    ]
    assert {path.name for path in files.rglob("*") if path.is_file()} == {
        Path(name).name for files_record in records["files"] for name in [file.path for file in files_record.files]
    }
    # neither code nor the terminal nor the list of packages
    assert not {"output", "output_raw"} & records.keys()
    assert not [path for path in files.rglob("*") if path.suffix in {".py", ".txt", ".log", ".patch"}]


def test_images_and_checkpoints_stay_here_where_they_are_not_wanted(
    command: Any, tmp_path: Path, wandb_offline: Any
) -> None:
    settings = ("logger.wandb.images=false", "logger.wandb.checkpoints=false", "trainer.max_steps=1")
    assert command(*TRAIN, *settings, f"run_dir={tmp_path / 'run'}").code == 0
    records = wandb_offline.records(tmp_path / "run")
    assert {artifact.type for artifact in records["artifact"]} == {"config"}
    assert "files" not in records


def test_a_resumed_training_continues_the_same_run(command: Any, tmp_path: Path, wandb_offline: Any) -> None:
    run_dir = tmp_path / "run"
    run = (*TRAIN, f"run_dir={run_dir}", "trainer.val_check_interval=2")
    assert command(*run, "trainer.max_steps=3").code == 0
    assert command(*run, "ckpt_path=last", "trainer.max_steps=5").code == 0
    run_id = (run_dir / "wandb_id.txt").read_text().strip()
    folders = [path.name for path in (run_dir / "wandb").glob("offline-run-*")]
    assert len(folders) == 2
    assert all(name.endswith(f"-{run_id}") for name in folders)
    records = wandb_offline.records(run_dir)
    assert [run.run_id for run in records["run"]] == [run_id, run_id]
    assert {run.display_name for run in records["run"]} == {f"misf-seed0-{run_id}"}
    assert {run.run_group for run in records["run"]} == {""}
    assert steps(records, "train/loss") == [1, 2, 3, 4, 5]


def test_the_jobs_of_a_sweep_are_a_group(command: Any, tmp_path: Path, wandb_offline: Any) -> None:
    sweep = tmp_path / "my sweep"
    assert command(*TRAIN, f"run_dir={sweep}", "-m", "seed=1,2", "trainer.max_steps=1").code == 0
    (first,), (second,) = (wandb_offline.records(sweep / job)["run"] for job in "01")
    assert [first.display_name, second.display_name] == ["misf-seed1-job0", "misf-seed2-job1"]
    assert first.run_group == second.run_group == "my sweep"
    assert first.run_id != second.run_id


@pytest.fixture
def online(wandb_offline: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if there were a network: a service at an address that refuses."""
    monkeypatch.setenv("WANDB_MODE", "online")
    monkeypatch.setenv("WANDB_BASE_URL", "http://127.0.0.1:9")


@pytest.mark.usefixtures("online")
def test_without_the_service_a_training_continues_offline(
    command: Any, tmp_path: Path, wandb_offline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_API_KEY", "0" * 40)
    run_dir = tmp_path / "run"
    outcome = command(*TRAIN, f"run_dir={run_dir}")
    assert outcome.code == 0
    assert "W&B does not answer" in outcome.err
    assert outcome.err.count("continuing offline") == 1
    assert f"wandb sync {run_dir / 'wandb'}" in outcome.out
    assert steps(wandb_offline.records(run_dir), "train/loss") == [1, 2]


@pytest.mark.parametrize(
    ("key", "note"), [("too short", "W&B refuses the login"), (None, "nobody is logged in to W&B (wandb login)")]
)
@pytest.mark.usefixtures("online")
def test_who_is_not_logged_in_is_not_asked(
    tracker: WandbRun, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, key: str | None, note: str
) -> None:
    if key is not None:
        monkeypatch.setenv("WANDB_API_KEY", key)
    with caplog.at_level(logging.WARNING, "inpaint_zoo"):
        assert tracker.experiment.offline
        tracker.finalize("success")
    assert note in caplog.text
    assert caplog.text.count("continuing offline") == 1


def test_a_client_that_dies_is_a_note(
    command: Any, tmp_path: Path, wandb_offline: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    losses, calls = MISF.losses, iter(range(100))

    def losses_and_a_crash(self: MISF, batch: Any) -> Any:
        if next(calls) == 1:
            wandb_offline.processes[-1].kill()
            time.sleep(0.5)
        return losses(self, batch)

    monkeypatch.setattr(MISF, "losses", losses_and_a_crash)
    sweep = tmp_path / "sweep"
    outcome = command(*TRAIN, f"run_dir={sweep}", "-m", "seed=1,2", "trainer.max_steps=3")
    assert outcome.code == 0
    assert outcome.err.count("W&B could not log") == 1
    assert "metrics.csv has it" in outcome.err
    assert loss_steps(sweep / "0") == [1, 2, 3]
    # the next job of the same process is tracked again
    assert steps(wandb_offline.records(sweep / "1"), "train/loss") == [1, 2, 3]


class Broken(SimpleNamespace):
    """A client's run that is started, but takes nothing."""

    def log(self, *_: object) -> None:
        raise ValueError("no such chart")

    def finish(self, exit_code: int) -> None:
        raise TimeoutError


@pytest.fixture
def tracker(tmp_path: Path) -> WandbRun:
    logger = WandbRun(
        save_dir=tmp_path, project="p", entity=None, name=None, group=None, tags=[], images=True, checkpoints=False,
        start_seconds=1, finish_seconds=2,
    )  # fmt: skip
    logger.identify(RunIdentity("misf-seed0", None, None), {})
    return logger


def test_errors_in_the_middle_and_a_slow_end_are_notes(tracker: WandbRun, caplog: pytest.LogCaptureFixture) -> None:
    tracker._run = Broken(id="x", dir="/a b/files")
    with caplog.at_level(logging.WARNING):
        for step in range(3):
            tracker.log_metrics({"train/loss": 1.0}, step)
        tracker.finalize("success")
    assert [record.getMessage() for record in caplog.records] == [
        "W&B could not log (no such chart): training continues",
        "W&B: not everything was sent in 2 s; to send it: wandb sync '/a b'",
    ]
    tracker.log_metrics({"train/loss": 1.0}, 4)  # nothing starts again after the end
    assert tracker.version is None


@pytest.mark.parametrize(("status", "code"), [("success", 0), ("failed", 1)])
def test_a_failed_training_ends_its_run_as_failed(
    tracker: WandbRun, tmp_path: Path, wandb_offline: Any, status: str, code: int
) -> None:
    assert tracker.experiment.offline
    tracker.finalize(status)
    (end,) = wandb_offline.records(tmp_path)["exit"]
    assert end.exit_code == code
