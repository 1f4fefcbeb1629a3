from pathlib import Path

import pytest

from inpaint_zoo.training.loggers import RunIdentity, stored_run_id


def test_a_folder_keeps_its_id(tmp_path: Path) -> None:
    first = stored_run_id(tmp_path, in_sweep=False)
    assert len(first) == 8
    assert stored_run_id(tmp_path, in_sweep=False) == first
    assert stored_run_id(tmp_path / "other", in_sweep=False) != first


def test_an_agent_of_wandb_gives_the_id_but_not_to_a_whole_sweep_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_RUN_ID", "abc")
    assert stored_run_id(tmp_path / "agent", in_sweep=False) == "abc"
    assert stored_run_id(tmp_path / "job", in_sweep=True) != "abc"
    monkeypatch.delenv("WANDB_RUN_ID")
    assert stored_run_id(tmp_path / "agent", in_sweep=False) == "abc"


def test_names() -> None:
    assert RunIdentity("misf-seed0", None, None).name("abc") == "misf-seed0-abc"
    assert RunIdentity("misf-seed0", "sweep", "3").name("abc") == "misf-seed0-job3"
