import csv
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from omegaconf import OmegaConf
from PIL import Image

from inpaint_zoo.models.misf import MISF
from inpaint_zoo.training.callbacks.sample_images import HEADING
from inpaint_zoo.zoo import create_model, list_models, load_model

Command = Callable[..., Any]
Images = Callable[..., Path]
NAMES = [f"{number}.png" for number in range(8)]


@pytest.fixture
def train(command: Command, small_network: Callable[[str], dict[str, int]]) -> Command:
    """`inpaint-zoo train` of a small network on 32 x 32 crops; the first arguments are the data and the run folder."""

    def run(root: Path, run_dir: Path, *arguments: object, model: str = "misf", steps: int = 2) -> Any:
        network = [f"model.network.{key}={value}" for key, value in small_network(model).items()]
        settings = ["experiment=tiny", "data.size=32", f"trainer.max_steps={steps}", f"model={model}", *network]
        return command("train", *settings, f"data.root={root}", f"run_dir={run_dir}", *arguments)

    return run


def metrics(run_dir: Path, column: str) -> list[tuple[int, float]]:
    """(step, value) of the rows that have a value."""
    with (run_dir / "metrics.csv").open(newline="") as file:
        return [(int(row["step"]), float(row[column])) for row in csv.DictReader(file) if row[column]]


@pytest.mark.parametrize("name", list_models())
def test_a_run_folder_holds_everything(command: Command, tmp_path: Path, name: str) -> None:
    run_dir = tmp_path / "run"
    code, out, err = command(
        "train", f"model={name}", "experiment=tiny", "data=photographs", "data.eval_repeats=1", "trainer.max_steps=2",
        f"run_dir={run_dir}",
    )  # fmt: skip
    assert (code, err) == (0, "")
    assert f"run folder: {run_dir}" in out
    assert "12 training images, 1 validation samples" in out
    assert {path.name for path in run_dir.iterdir()} == {
        "config.yaml", "overrides.yaml", "hparams.yaml", "metrics.csv", "last.ckpt", "best.ckpt", "images",
        "result.json", "training_images.json",
    }  # fmt: skip
    assert OmegaConf.load(run_dir / "config.yaml").model.network.base_channels == 8
    assert [step for step, _ in metrics(run_dir, "train/loss")] == [1, 2]
    assert len(metrics(run_dir, "val/psnr")) == 1
    with Image.open(run_dir / "images" / "step_00000002.png") as grid:
        assert grid.height == HEADING + 128 + 2 * 4
        assert grid.width > 4 * 128
    for file in ("last.ckpt", "best.ckpt"):
        assert torch.load(run_dir / file, weights_only=True)["global_step"] == 2
        stored_name, network = load_model(run_dir / file)
        assert stored_name == name
        assert not network.training


@pytest.mark.parametrize("name", list_models())
def test_a_resumed_run_continues_where_it_stopped(train: Command, images: Images, tmp_path: Path, name: str) -> None:
    root, whole, parts = images(*NAMES), tmp_path / "whole", tmp_path / "parts"
    assert train(root, whole, "trainer.val_check_interval=3", model=name, steps=7).code == 0
    assert train(root, parts, "trainer.val_check_interval=3", model=name, steps=4).code == 0
    assert train(root, parts, "trainer.val_check_interval=3", "ckpt_path=last", model=name, steps=7).code == 0
    assert [step for step, _ in metrics(parts, "train/loss")] == list(range(1, 8))
    assert metrics(parts, "train/loss") == metrics(whole, "train/loss")
    states = [torch.load(folder / "last.ckpt", weights_only=True)["state_dict"] for folder in (whole, parts)]
    assert states[0].keys() == states[1].keys()
    assert all(torch.equal(value, states[1][key]) for key, value in states[0].items())


def test_a_finished_run_that_is_resumed_stays_as_it_is(train: Command, images: Images, tmp_path: Path) -> None:
    root, run_dir = images(*NAMES), tmp_path / "run"
    assert train(root, run_dir).code == 0
    before = (run_dir / "metrics.csv").read_text()
    assert train(root, run_dir, "ckpt_path=last").code == 0
    assert (run_dir / "metrics.csv").read_text() == before


def test_files_and_folders_of_any_name(train: Command, images: Images, tmp_path: Path) -> None:
    names = [
        "it's.png", 'say "x".png', "a,b.png", "x(1).png", "[y].png", "{z}.png", "key=value.png", "Ünï 图像.png",
        "2024.png", "1e5.png", "null.png", "true.png", "${x}.png", "~x.png", "%20.png", "sub dir, (1)/7.png",
    ]  # fmt: skip
    root = images(*names, folder="it's = [a], {b} (2) ${HOME} Ü")
    run_dir = tmp_path / "1e3, 'run' = [x]"
    outcome = train(root, run_dir, "data.samples_per_epoch=16", steps=8)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"{str(root)!r} is split by a hash of the file names: 14 train, 1 val, 1 test" in outcome.out
    assert (run_dir / "last.ckpt").is_file()


def test_folders_of_their_own_for_train_and_val(train: Command, images: Images, tmp_path: Path) -> None:
    root = images("train/a.png", "train/b.png", "val/c.png")
    outcome = train(root, tmp_path / "run")
    assert outcome.code == 0
    assert "2 training images, 1 validation samples" in outcome.out
    assert "split" not in outcome.out


def test_masks_of_training_and_of_validation(train: Command, images: Images, masks: Images, tmp_path: Path) -> None:
    root, folder, run_dir = images(*NAMES), masks("m.png"), tmp_path / "run"
    assert train(root, run_dir, "mask=box", "eval_mask=files", f"eval_mask.root={folder}").code == 0
    config = OmegaConf.load(run_dir / "config.yaml")
    assert config.mask._target_.endswith("BoxMask")
    assert config.eval_mask.root == str(folder)
    assert len(metrics(run_dir, "val/0-20/psnr")) == 1


@pytest.mark.filterwarnings("ignore:.*masks checked has no hole")
def test_the_loss_of_every_step_is_finite_with_extreme_masks(
    train: Command, images: Images, masks: Images, tmp_path: Path
) -> None:
    folder = masks("all.png", "none.png")
    Image.fromarray(np.full((36, 40), 255, np.uint8)).save(folder / "all.png")
    Image.fromarray(np.zeros((36, 40), np.uint8)).save(folder / "none.png")
    for name in list_models():
        run_dir = tmp_path / name
        assert train(images(*NAMES), run_dir, "mask=files", f"mask.root={folder}", model=name, steps=4).code == 0
        assert all(np.isfinite(loss) for _, loss in metrics(run_dir, "train/loss"))


def test_images_of_every_kind_simply_work(train: Command, images: Images, tmp_path: Path) -> None:
    root = images("train/rgb.png", "val/v.png")
    pixels = np.random.RandomState(0).randint(0, 256, (36, 40, 3), dtype=np.uint8)
    image = Image.fromarray(pixels)
    Image.fromarray(pixels[..., 0]).save(root / "train" / "gray.png")
    Image.fromarray(pixels[..., 0].astype(np.uint16) * 257).save(root / "train" / "sixteen.png")
    image.convert("P").save(root / "train" / "palette.png")
    image.convert("RGBA").save(root / "train" / "rgba.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(root / "train" / "turned.jpg", exif=exif)
    outcome = train(root, tmp_path / "run", "data.batch_size=3", steps=4)  # 12 samples: each image twice
    assert (outcome.code, outcome.err) == (0, "")


def test_a_small_training_learns(train: Command, images: Images, tmp_path: Path) -> None:
    arguments = ["mask=center_box", "model.optimizer.lr=0.002"]
    assert train(images(*NAMES), tmp_path / "run", *arguments, model="madf", steps=40).code == 0
    losses = [loss for _, loss in metrics(tmp_path / "run", "train/loss")]
    assert np.mean(losses[-10:]) < 0.85 * np.mean(losses[:10])


def test_the_best_checkpoint_is_that_of_the_best_validation(train: Command, images: Images, tmp_path: Path) -> None:
    run_dir = tmp_path / "run"
    # a rate at which training goes up and down
    assert train(images(*NAMES), run_dir, "trainer.val_check_interval=1", "model.optimizer.lr=0.05", steps=6).code == 0
    psnr = dict(metrics(run_dir, "val/psnr"))
    assert len(psnr) == 6
    best = max(psnr, key=lambda step: psnr[step])
    assert torch.load(run_dir / "best.ckpt", weights_only=True)["global_step"] == best


def test_a_sweep_runs_every_job_in_a_folder_of_its_own(train: Command, images: Images, tmp_path: Path) -> None:
    assert train(images(*NAMES), tmp_path / "sweep", "-m", "seed=1,2", steps=1).code == 0
    for number, seed in enumerate((1, 2)):
        run_dir = tmp_path / "sweep" / str(number)
        assert OmegaConf.load(run_dir / "config.yaml").seed == seed
        assert (run_dir / "last.ckpt").is_file()


def test_the_network_of_a_run_can_be_created_by_name(train: Command, images: Images, tmp_path: Path) -> None:
    assert train(images(*NAMES), tmp_path / "run", model="ctsdg", steps=1).code == 0
    network = create_model("ctsdg", tmp_path / "run" / "last.ckpt")
    stored = torch.load(tmp_path / "run" / "last.ckpt", weights_only=True)["state_dict"]
    assert all(torch.equal(value, stored[f"network.{key}"]) for key, value in network.state_dict().items())


def test_a_moving_average_is_what_checkpoints_hold(command: Command, tmp_path: Path) -> None:
    run = ["train", "model=misf", "data=photographs", "experiment=tiny", "trainer.max_steps=2", "data.eval_repeats=1"]
    plain, averaged = tmp_path / "plain", tmp_path / "averaged"
    assert command(*run, f"run_dir={plain}").code == 0
    assert command(*run, f"run_dir={averaged}", "ema_decay=0.9").code == 0
    raw = torch.load(plain / "last.ckpt", weights_only=True)["state_dict"]
    average = torch.load(averaged / "last.ckpt", weights_only=True)
    name = "network.decoder.3.weight"
    assert not torch.equal(raw[name], average["state_dict"][name])
    torch.testing.assert_close(raw[name], average["current_model_state"][name])


def test_a_training_can_start_from_the_weights_of_another(command: Command, tmp_path: Path) -> None:
    run = ["train", "model=misf", "data=photographs", "experiment=tiny", "trainer.max_steps=1", "data.eval_repeats=1"]
    assert command(*run, f"run_dir={tmp_path / 'first'}", "seed=1").code == 0
    start = tmp_path / "first" / "last.ckpt"
    assert command(*run, f"run_dir={tmp_path / 'second'}", f"init_from={start}", "model.optimizer.lr=1e-9").code == 0
    first, second = (torch.load(tmp_path / run / "last.ckpt", weights_only=True) for run in ("first", "second"))
    assert second["global_step"] == 1
    name = "network.decoder.3.weight"
    torch.testing.assert_close(first["state_dict"][name], second["state_dict"][name], rtol=0, atol=1e-7)


def test_ctrl_c_is_said_in_one_line(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(MISF, "losses", interrupt)
    monkeypatch.setattr(signal, "signal", lambda *_: None)  # Lightning ignores further Ctrl-C for good
    outcome = command("train", "model=misf", "data=photographs", "experiment=tiny", f"run_dir={tmp_path / 'run'}")
    assert outcome.code == 130
    assert outcome.err == "inpaint-zoo train: interrupted\n"
