"""`debug=overfit|fast|profile`: what they leave behind."""

import csv
from pathlib import Path
from typing import Any

import pytest

SMALL = (
    "train", "model=madf", "experiment=tiny", "data=photographs", "data.size=32", "data.eval_repeats=1",
    "model.network={base_channels:8,mask_channels:4,num_levels:5,normalization_channels:8}",
)  # fmt: skip


def column(run_dir: Path, name: str) -> list[float]:
    with (run_dir / "metrics.csv").open(newline="") as file:
        return [float(row[name]) for row in csv.DictReader(file) if row[name]]


@pytest.mark.slow
def test_overfit_learns_a_few_samples_by_heart(command: Any, tmp_path: Path) -> None:
    settings = ("debug=overfit", "overfit_samples=2", "trainer.max_steps=30", "trainer.val_check_interval=15")
    outcome = command(*SMALL, *settings, "model.optimizer.lr=0.003", f"run_dir={tmp_path / 'run'}")
    assert (outcome.code, outcome.err) == (0, "")
    assert "12 training images, 2 validation samples, 32x32" in outcome.out
    first, last = column(tmp_path / "run", "val/hole_psnr")
    assert last > first + 0.3
    assert len(list((tmp_path / "run" / "images").iterdir())) == 2


def test_fast_runs_through_in_a_folder_of_its_own(
    command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = command(*SMALL, "debug=fast")
    assert (outcome.code, outcome.err) == (0, "")
    (folder,) = (tmp_path / "runs" / "debug" / "madf").iterdir()
    assert {"last.ckpt", "best.ckpt", "metrics.csv", "images"} <= {path.name for path in folder.iterdir()}


def test_profile_leaves_a_table(command: Any, tmp_path: Path) -> None:
    outcome = command(*SMALL, "debug=profile", "trainer.max_steps=2", f"run_dir={tmp_path / 'run'}")
    assert (outcome.code, outcome.err) == (0, "")
    assert "run_training_batch" in (tmp_path / "run" / "fit-profile.txt").read_text()
