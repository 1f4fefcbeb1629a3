from pathlib import Path

import pytest

from inpaint_zoo.training.runs.lock import run_lock
from inpaint_zoo.training.runs.result import Result, write_result
from inpaint_zoo.training.runs.status import (
    State,
    find_runs,
    has_checkpoint,
    read_run,
    state_of,
)

CONFIG = "model: {_target_: inpaint_zoo.models.misf.MISF}\ntrainer: {max_steps: 100}\n"
METRICS = "step,train/loss,val/psnr\n1,1.5,\n10,,20.5\n11,1.25,\n20,,19.75\n21,1.0,\n"


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "config.yaml").write_text(CONFIG)
    (folder / "metrics.csv").write_text(METRICS)
    return folder


def test_an_interrupted_training(run_folder: Path) -> None:
    run = read_run(run_folder)
    assert (run.state, run.model, run.step, run.max_steps, run.best) == (State.INTERRUPTED, "misf", 21, 100, 20.5)
    assert run.remark == ""
    assert run.changed == max(path.stat().st_mtime for path in run_folder.iterdir())


def test_a_hybrid_says_of_which_model(run_folder: Path) -> None:
    (run_folder / "config.yaml").write_text("model: {_target_: inpaint_zoo.hybrid.Hybrid, generator: madf}\n")
    assert read_run(run_folder).model == "hybrid madf"


def test_a_finished_training(run_folder: Path) -> None:
    write_result(run_folder, Result(metric="val/psnr", value=21.25, step=100, config="hash"))
    run = read_run(run_folder)
    assert (run.state, run.step, run.best) == (State.FINISHED, 100, 21.25)


def test_a_failed_training(run_folder: Path) -> None:
    (run_folder / "failure.txt").write_text("the loss is not finite\n")
    run = read_run(run_folder)
    assert (run.state, run.step, run.remark) == (State.FAILED, 21, "the loss is not finite")


def test_a_running_training(run_folder: Path) -> None:
    with run_lock(run_folder):
        assert state_of(run_folder) is State.RUNNING
    assert state_of(run_folder) is State.INTERRUPTED


def test_no_training(tmp_path: Path) -> None:
    assert state_of(tmp_path) is State.NEW
    assert state_of(tmp_path / "nothing") is State.NEW
    assert read_run(tmp_path / "nothing").changed is None


@pytest.mark.parametrize(
    "data", [b"", b"\x00\xff\xfe", b"- a\n- b\n", b"a: [", b"step\nx\n", b"{", b"model: ${x}\ntrainer: 1\n"]
)
@pytest.mark.parametrize("name", ["config.yaml", "metrics.csv", "result.json", "failure.txt", "last.ckpt"])
def test_damaged_files_are_a_remark(run_folder: Path, name: str, data: bytes) -> None:
    (run_folder / name).write_bytes(data)
    run = read_run(run_folder)
    assert run.state in set(State)
    assert "\n" not in run.remark
    if name == "result.json":
        assert run.state is State.INTERRUPTED
        assert f"{run_folder / name} cannot be read" in run.remark


def test_a_row_that_was_not_written_to_its_end(run_folder: Path) -> None:
    (run_folder / "metrics.csv").write_text(METRICS + "2")
    assert read_run(run_folder).best == 20.5


def test_runs_are_found_below_a_folder(tmp_path: Path) -> None:
    for name in ("b/0", "b/1", "a", "b/.hidden", "c/d/e"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "config.yaml").write_text(CONFIG)
    (tmp_path / "b" / "loop").symlink_to(tmp_path)
    found = [str(path.relative_to(tmp_path)) for path in find_runs(tmp_path)]
    assert found == ["a", "b/0", "b/1", "c/d/e"]
    assert list(find_runs(tmp_path / "a")) == [tmp_path / "a"]
    assert not has_checkpoint(tmp_path / "a")
