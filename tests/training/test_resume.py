from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.models.weights import read_weights
from inpaint_zoo.training.checkpoint_io import LAST, PREVIOUS
from inpaint_zoo.training.resume import resume_from


def check(path: Path) -> None:
    read_weights(path, None)


@pytest.fixture
def put(small_checkpoint: Callable[[str], Path], tmp_path: Path) -> Callable[..., None]:
    """Leave checkpoints of these names in the run folder."""

    def copy(*names: str) -> None:
        for name in names:
            (tmp_path / name).write_bytes(small_checkpoint("misf").read_bytes())

    return copy


@pytest.mark.parametrize("restarts", [None, "0"])
def test_only_a_job_that_slurm_starts_again_goes_on_by_itself(
    put: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restarts: str | None
) -> None:
    put(LAST, PREVIOUS)
    monkeypatch.delenv("SLURM_RESTART_COUNT", raising=False)
    if restarts is not None:
        monkeypatch.setenv("SLURM_RESTART_COUNT", restarts)
    assert resume_from(None, tmp_path, check) is None
    assert resume_from("last", tmp_path, check) == tmp_path / LAST


def test_a_job_that_slurm_starts_again_goes_on_from_what_is_there(
    put: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_RESTART_COUNT", "1")
    assert resume_from(None, tmp_path, check) is None  # it had not written any yet
    put(PREVIOUS)  # it was killed between the two renames
    with pytest.warns(InputWarning, match=r"last\.ckpt is missing\. Going on from .*previous\.ckpt"):
        assert resume_from(None, tmp_path, check) == tmp_path / PREVIOUS
    put(LAST)
    assert resume_from(None, tmp_path, check) == tmp_path / LAST
    (tmp_path / PREVIOUS).unlink()
    assert resume_from(None, tmp_path, check) == tmp_path / LAST


def test_where_both_are_damaged_another_folder_is_proposed(put: Callable[..., None], tmp_path: Path) -> None:
    for name in (LAST, PREVIOUS):
        put(name)
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:1000])
    with pytest.raises(InputError, match=r"begin again in another run_dir, with init_from=.*best\.ckpt"):
        resume_from("last", tmp_path, check)
