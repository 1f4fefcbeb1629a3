"""What a training checks before it reads data, downloads weights or compiles."""

from __future__ import annotations

from pathlib import Path

import pytest
from omegaconf import DictConfig
from torch import nn

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.losses import perceptual
from inpaint_zoo.training import preflight
from inpaint_zoo.zoo import list_models


def config(*overrides: str) -> DictConfig:
    return compose_config("train", ["data=photographs", "run_dir=unused", *overrides])


@pytest.mark.parametrize("model", list_models())
def test_the_published_recipes_pass_without_weights_of_a_loss_network(
    model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(perceptual, "_fill", None)
    preflight.check_training(config(f"experiment={model}", "data=photographs"))


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["model=madf", "data.size=100"], r"got 100x100 \(width x height\): .* \(in training: data\.size=128\)"),
        (["model=ctsdg", "data.size=[256,100]"], r"\(in training: data\.size=\[256,128\]\)"),
        (["model=misf", "data.size=12"], "24x24"),
        (["data.size=x"], r"data\.size=x must be a number of pixels"),
        (["data.batch_size=0"], r"data\.batch_size=0 must be at least 1"),
        (["trainer.max_steps=0"], r"trainer\.max_steps=0 must be at least 1"),
        (["init_from=nowhere.ckpt"], r"init_from: 'nowhere\.ckpt' is not a file: give init_from=CHECKPOINT"),
        (["ckpt_path=nowhere.ckpt"], r"ckpt_path: nowhere\.ckpt does not exist: give run_dir=DIR"),
        (["ckpt_path=last"], r"ckpt_path: unused/last\.ckpt does not exist: give run_dir=DIR of the run to resume"),
        (["ckpt_path=last", "data=folder"], r"ckpt_path: unused/last\.ckpt does not exist"),
        (["ckpt_path=."], r"ckpt_path: \. is a folder: give run_dir=\. ckpt_path=last, or a checkpoint in it"),
        (["model.loss_network=nowhere.pth"], r"model\.loss_network: nowhere\.pth does not exist; give `imagenet`"),
        (["data=folder", "data.root=nowhere"], r"data\.root: 'nowhere' does not exist: give data\.root=DIR"),
        (["data=places2", "data.root=nowhere"], r"data\.root: 'nowhere' does not exist: .* Get train_256_places365"),
        (["mask=files", "mask.root=nowhere"], r"mask\.root: 'nowhere' does not exist: give mask\.root=DIR"),
        (["eval_mask=files", "eval_mask.root=nowhere"], r"eval_mask\.root: 'nowhere' does not exist"),
    ],
)
def test_what_cannot_be_trained_is_refused(overrides: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        preflight.check_training(config(*overrides))
    assert "\n" not in str(caught.value)


def test_addresses_are_no_folders() -> None:
    preflight.check_training(config("data=webdataset", "data.root=https://example.org/x", "data.train=a.tar"))


class NeedsValues(nn.Module):
    """A model that looks at its values when it is built."""

    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Linear(1, 1).weight.sum().item()


def test_a_model_that_needs_values_is_checked_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "construct", lambda node: NeedsValues())
    preflight._shapes.cache_clear()
    preflight.check_size(config("data.size=100"))
    preflight._shapes.cache_clear()


def test_a_missing_folder_is_told_before_a_download(command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(perceptual, "_download", lambda *_: tried.append("download"))
    (tmp_path / "empty").mkdir()
    for folder in ("nowhere", "empty"):
        outcome = command("train", "model=misf", f"data.root={tmp_path / folder}", f"run_dir={tmp_path / 'run'}")
        assert (outcome.code, outcome.err.count("\n")) == (2, 1)
        assert f"{folder}'" in outcome.err
    assert tried == []


@pytest.mark.parametrize(("made", "read"), [((), "data"), (("data/train",), "data/train")])
def test_a_run_folder_is_not_among_what_is_read(tmp_path: Path, made: tuple[str, ...], read: str) -> None:
    (tmp_path / "data").mkdir()
    for name in made:
        (tmp_path / name).mkdir()
    given = config("data=folder", f"data.root={tmp_path / 'data'}", "mask=files", f"mask.root={tmp_path / 'masks'}")
    preflight.check_run_dir(tmp_path / "runs", given)
    with pytest.raises(InputError, match=rf"^run_dir: .*/run lies in data\.root={tmp_path / read}, which is read"):
        preflight.check_run_dir(tmp_path / read / "run", given)
    if made:
        preflight.check_run_dir(tmp_path / "data" / "runs", given)
    (tmp_path / "masks").mkdir()
    with pytest.raises(InputError, match=r"^run_dir: .* lies in mask\.root="):
        preflight.check_run_dir(tmp_path / "masks" / "run", given)


def test_a_run_folder_in_the_data_is_refused_before_anything_is_written(command, images, tmp_path: Path) -> None:
    root = images("a.png", "b.png", "c.png")
    for given in ([], ["-m", "seed=0,1"]):
        outcome = command("train", f"data.root={root}", f"run_dir={root / 'run'}", "experiment=tiny", *given)
        assert outcome.code == 2
        assert f"lies in data.root={root}, which is read" in outcome.err
        assert sorted(path.name for path in root.iterdir()) == ["a.png", "b.png", "c.png"]


def test_the_folder_of_a_sweep_names_the_trainings_in_it(tmp_path: Path) -> None:
    for name in ("0", "1", "notes"):
        (tmp_path / name).mkdir()
    for name in ("0/last.ckpt", "1/previous.ckpt"):
        (tmp_path / name).touch()
    with pytest.raises(InputError, match=rf"^run_dir: .* several trainings \(0, 1\): give run_dir={tmp_path}/0,"):
        preflight.check_training(config(f"run_dir={tmp_path}", "ckpt_path=last"))
