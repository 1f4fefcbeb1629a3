from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.cli.main import main
from inpaint_zoo.config.compose import hydra_session
from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.resumed import with_stored
from inpaint_zoo.jobs.run import run_verb


@pytest.fixture(autouse=True)
def _session() -> Iterator[None]:
    with hydra_session("train"):
        yield


def run_folder(tmp_path: Path, *overrides: str) -> Path:
    folder = tmp_path / "it's a run"
    folder.mkdir(exist_ok=True)
    (folder / "last.ckpt").touch()
    (folder / "overrides.yaml").write_text(OmegaConf.to_yaml([*overrides]))
    return folder


def merged(folder: Path, *given: str, ckpt_path: str = "last") -> list[str]:
    escaped = str(folder).replace("'", "\\'")
    base = [f"run_dir='{escaped}'", f"ckpt_path='{ckpt_path.format(run=escaped)}'"]
    found = with_stored("train", [*base, *given])
    assert found[-len(base) - len(given) :] == [*base, *given]
    return found[: -len(base) - len(given)]


NETWORK = "model.network.base_channels=12"
STORED = ("experiment=tiny", "data=photographs", "data.size=32", NETWORK, "run_dir=x", "seed=3")


@pytest.mark.parametrize("ckpt_path", ["last", "auto", "{run}/previous.ckpt"])
def test_the_rest_is_what_the_training_began_with(tmp_path: Path, ckpt_path: str) -> None:
    rest = [override for override in STORED if override != "run_dir=x"]
    assert merged(run_folder(tmp_path, *STORED), ckpt_path=ckpt_path) == rest


@pytest.mark.parametrize(
    ("stored", "given", "rest"),
    [
        (("seed=3",), ("seed=4",), ()),
        (("trainer.max_steps=3",), ("trainer.max_epochs=4",), ()),
        (("trainer.devices=1", "trainer.num_nodes=2"), ("trainer.devices=2",), ()),
        (("+trainer.min_steps=3",), ("+trainer.min_steps=4",), ()),
        (("~callbacks.progress",), ("~callbacks.progress",), ()),
        (("+trainer.min_steps=3",), ("~trainer.min_steps",), ("+trainer.min_steps=3",)),
        (("trainer=ddp", "trainer.devices=2"), ("trainer=cpu",), ()),
        (("trainer=ddp", "trainer.devices=2"), ("trainer=ddp",), ("trainer.devices=2",)),
        ((NETWORK,), ("model=misf",), (NETWORK,)),
        ((NETWORK,), ("model=madf",), ()),
        (
            ("lr_schedule@model.lr_schedule=cosine", "model.lr_schedule.T_max=5"),
            ("lr_schedule@model.lr_schedule=constant",),
            (),
        ),
        (("callbacks.finite_loss.every=2", "seed=1"), ("callbacks=none",), ("seed=1",)),
    ],
)
def test_what_is_given_replaces_what_it_stands_for(
    tmp_path: Path, stored: Sequence[str], given: Sequence[str], rest: Sequence[str]
) -> None:
    assert merged(run_folder(tmp_path, *stored), *given) == list(rest)


def test_other_commands_stay_as_they_are(tmp_path: Path) -> None:
    folder = run_folder(tmp_path, *STORED)
    for command in (["run_dir=x", "ckpt_path=last"], [f"run_dir={tmp_path}"], ["ckpt_path=last"], ["seed=1"]):
        assert with_stored("train", command) == command
    assert merged(folder, ckpt_path="old.ckpt") == []
    (folder / "last.ckpt").unlink()
    assert merged(folder, ckpt_path="auto") == []
    (folder / "previous.ckpt").touch()
    assert merged(folder) != []
    (folder / "overrides.yaml").unlink()
    assert merged(folder) == []


@pytest.mark.parametrize("content", ["a: [", "{a: 1}", "[1, 2]", "[experiment=mine]", "[seed=]]"])
def test_what_cannot_be_used_is_told_in_one_line(tmp_path: Path, content: str) -> None:
    folder = run_folder(tmp_path)
    (folder / "overrides.yaml").write_text(content)
    with pytest.raises(InputError, match=r"overrides\.yaml: .*repeat the options of its command") as error:
        merged(folder)
    assert "\n" not in str(error.value)


def test_the_configuration_that_is_shown_is_the_one_that_would_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = run_folder(tmp_path, *STORED)
    assert main(["train", f"run_dir={folder}", "ckpt_path=last", "seed=5", "--cfg", "job"]) == 0
    shown: Any = OmegaConf.create(capsys.readouterr().out)
    assert (shown.seed, shown.data.size, shown.model.network.base_channels) == (5, 32, 12)
    seen: list[DictConfig] = []
    run_verb("train", seen.append, [f"run_dir={folder}", "ckpt_path=last", "seed=5"])
    assert (seen[0].seed, seen[0].data.size, seen[0].run_dir) == (5, 32, str(folder))
