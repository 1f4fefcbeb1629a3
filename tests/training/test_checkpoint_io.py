import os
from pathlib import Path

import numpy as np
import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.training.checkpoint_io import LAST, PREVIOUS, AtomicCheckpoints


def written(folder: Path, name: str = LAST) -> int:
    return int(torch.load(folder / name, weights_only=True)["step"])


def test_the_one_before_the_last_is_kept(tmp_path: Path) -> None:
    for step in range(3):
        AtomicCheckpoints().save_checkpoint({"step": step}, tmp_path / "run" / LAST)
    assert (written(tmp_path / "run"), written(tmp_path / "run", PREVIOUS)) == (2, 1)
    for step in (7, 8):
        AtomicCheckpoints().save_checkpoint({"step": step}, tmp_path / "run" / "best.ckpt")
    assert (written(tmp_path / "run", "best.ckpt"), written(tmp_path / "run", PREVIOUS)) == (8, 1)
    assert {path.name for path in (tmp_path / "run").iterdir()} == {LAST, PREVIOUS, "best.ckpt"}


@pytest.mark.parametrize("failing", ["fsync", "write"])
def test_a_full_disk_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    io = AtomicCheckpoints()
    for step in range(2):
        io.save_checkpoint({"step": step}, tmp_path / LAST)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if failing == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(torch, "save", full)
    with pytest.raises(
        InputError, match=r"last\.ckpt \(No space left on device\): make room; earlier checkpoints are kept"
    ):
        io.save_checkpoint({"step": 9}, tmp_path / LAST)
    assert (written(tmp_path), written(tmp_path, PREVIOUS)) == (1, 0)
    assert {path.name for path in tmp_path.iterdir()} == {LAST, PREVIOUS}


def test_what_a_killed_process_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".last.ckpt.part").write_bytes(b"half")
    AtomicCheckpoints().save_checkpoint({"step": 1}, tmp_path / LAST)
    assert {path.name for path in tmp_path.iterdir()} == {LAST}


def test_numbers_of_numpy_in_the_state_of_a_callback_are_read(tmp_path: Path) -> None:
    """A callback of one's own may store them; nothing in the file is called."""
    AtomicCheckpoints().save_checkpoint({"step": 3, "callbacks": {"mine": {"best": np.float64(0.5)}}}, tmp_path / LAST)
    stored = AtomicCheckpoints().load_checkpoint(tmp_path / LAST, weights_only=True)
    assert stored == {"step": 3, "callbacks": {"mine": {"best": 0.5}}}
    (tmp_path / LAST).write_bytes(b"half")
    with pytest.raises(InputError, match=r"last\.ckpt"):
        AtomicCheckpoints().load_checkpoint(tmp_path / LAST)
