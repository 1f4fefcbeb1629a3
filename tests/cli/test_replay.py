from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

Command = Callable[..., Any]


@pytest.fixture
def broken(
    command: Command, small_network: Callable[[str], dict[str, int]], images: Callable[..., Path], tmp_path: Path
) -> Path:
    """The file that a training with a far too high learning rate has left."""
    network = [f"model.network.{key}={value}" for key, value in small_network("misf").items()]
    outcome = command(
        "train", "experiment=tiny", "model=misf", "data.size=32", *network, "model.optimizer.lr=1e30",
        f"data.root={images(*(f'{number}.png' for number in range(8)))}", f"run_dir={tmp_path / 'my run'}",
        "callbacks.finite_loss.every=3", "seed=7",
    )  # fmt: skip
    assert outcome.code == 2
    told, _, shown = outcome.err.rstrip("\n").rpartition("; look at the batch: inpaint-zoo replay ")
    assert "not finite in batch 2 (found after batch 3" in told
    (path,) = shlex.split(shown)
    assert Path(path) == tmp_path / "my run" / "nan" / "rank0.pt"
    return Path(path)


def test_the_command_of_the_message_shows_the_terms_and_the_module(command: Command, broken: Path) -> None:
    outcome = command("replay", broken)
    assert (outcome.code, outcome.err) == (0, "")
    first, names, before, titles, *terms, verdict = outcome.out.splitlines()
    assert first == f"{broken}: MISF, batch 2 (after step 1, epoch 0), process 0, seed 7, 32-true on cpu"
    assert names.startswith("images, 32x32: ")
    assert before == "not finite before this batch: nothing"
    assert titles.split() == ["loss", "term", "in", "training", "now"]
    columns = [line.split(maxsplit=3) for line in terms]
    assert [then for _, then, *_ in columns] == [now for _, _, now, *_ in columns]
    assert any(rest == ["not finite"] for _, _, _, *rest in columns)
    assert verdict.startswith("the first module whose output is not finite: network.")
    assert command("replay", f"file={broken}", "device=cpu").out == outcome.out


def test_a_damaged_file_is_one_line(command: Command, broken: Path, tmp_path: Path) -> None:
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    outcome = command("replay", broken)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    broken.write_bytes(whole)
    broken.rename(tmp_path / "elsewhere.pt")
    outcome = command("replay", tmp_path / "elsewhere.pt")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    assert "lies in no nan/ of a run folder" in outcome.err


def test_a_batch_that_the_network_cannot_take_is_one_line(command: Command, broken: Path) -> None:
    content = torch.load(broken, weights_only=True)
    batch = content["batch"] | {"image": torch.ones(1, 3, 5, 5), "mask": torch.ones(1, 1, 5, 5), "name": ["a"]}
    torch.save(content | {"batch": batch}, broken)
    outcome = command("replay", broken)
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)


def test_a_file_must_be_given(command: Command) -> None:
    outcome = command("replay")
    assert (outcome.code, outcome.err) == (2, "inpaint-zoo replay: error: file is missing: give file=FILE\n")
