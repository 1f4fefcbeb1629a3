from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.training.runs.failure import failure_reason, locked_run, read_failure
from inpaint_zoo.training.runs.lock import is_locked


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "config.yaml").write_text("trainer: {max_steps: 100}\n")
    (folder / "metrics.csv").write_text("step,train/loss,val/psnr\n0,1.5,\n")
    return folder


def test_the_folder_is_locked_meanwhile(run_folder: Path) -> None:
    with locked_run(run_folder):
        assert is_locked(run_folder)
    assert not is_locked(run_folder)


def test_what_is_refused_before_the_start_leaves_the_earlier_reason(run_folder: Path) -> None:
    (run_folder / "failure.txt").write_text("the loss is not finite\n")
    with pytest.raises(InputError), locked_run(run_folder):
        raise InputError("trainer.max_steps=-1 must be at least 1")
    assert read_failure(run_folder) == "the loss is not finite"


def test_the_reason_of_a_failure_stays_until_the_next_start(run_folder: Path) -> None:
    with pytest.raises(RuntimeError), locked_run(run_folder):
        raise RuntimeError("CUDA error\nand what to do")
    assert read_failure(run_folder) == "RuntimeError: CUDA error"
    with locked_run(run_folder):
        assert read_failure(run_folder) is None
    assert read_failure(run_folder) is None


def test_a_start_that_left_no_files_leaves_no_reason(tmp_path: Path) -> None:
    with pytest.raises(InputError), locked_run(tmp_path):
        raise InputError("there is no such image")
    assert list(tmp_path.iterdir()) == []


def test_only_the_first_of_several_processes_writes(run_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_RANK", "1")
    with pytest.raises(InputError), locked_run(run_folder):
        raise InputError("lost")
    assert read_failure(run_folder) is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [(InputError("a\nb"), "a b"), (RuntimeError("x\ny"), "RuntimeError: x"), (ValueError(), "ValueError")],
)
def test_reasons(error: Exception, reason: str) -> None:
    assert failure_reason(error) == reason
