"""Whatever is wrong with what a user gives: one line that names it, exit code 2, nothing left behind."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

Command = Callable[..., Any]
Images = Callable[..., Path]
Checkpoint = Callable[[str], Path]
NAMES = [f"{number}.png" for number in range(6)]


def says(outcome: Any, *parts: str) -> str:
    """The one line on stderr, after checking that it is one and holds all of `parts`."""
    code, _, err = outcome
    assert code == 2, err
    assert err.count("\n") == 1, err
    assert "Traceback" not in err
    assert "error: " in err
    for part in parts:
        assert part in err
    return str(err)


@pytest.fixture
def train(command: Command, tmp_path: Path) -> Command:
    def run(*arguments: object, model: str = "misf") -> Any:
        outcome = command(
            "train", f"model={model}", "experiment=tiny", "data.size=32", "trainer.max_steps=2",
            f"run_dir={tmp_path / 'runs' / 'run'}", *arguments,
        )  # fmt: skip
        assert outcome.code == 0 or not (tmp_path / "runs").exists()
        return outcome

    return run


@pytest.fixture
def predict(command: Command, small_checkpoint: Checkpoint, tmp_path: Path) -> Command:
    def run(*arguments: object, ckpt: Path | None = None) -> Any:
        output = tmp_path / "out"
        outcome = command("predict", f"ckpt={ckpt or small_checkpoint('misf')}", f"output={output}", *arguments)
        assert outcome.code == 0 or not output.exists() or any(output.iterdir())
        return outcome

    return run


def truncated(root: Path) -> Path:
    """Turn the images of a folder into JPEG files that end half-way."""
    for path in list(root.iterdir()):
        noise = np.random.RandomState(0).randint(0, 256, (100, 100, 3), dtype=np.uint8)
        Image.fromarray(noise).save(path.with_suffix(".jpg"))
        path.unlink()
        content = path.with_suffix(".jpg").read_bytes()
        path.with_suffix(".jpg").write_bytes(content[: len(content) // 2])
    return root


def test_folders_that_cannot_be_used(train: Command, images: Images, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    says(train(f"data.root={tmp_path / 'nowhere'}"), "data.root", "nowhere' does not exist")
    says(train(f"data.root={tmp_path / 'empty'}"), "data.root", "holds no images")
    says(train(f"data.root={images('a.png') / 'a.png'}"), "data.root", "a.png' is not a folder")
    says(train(), "data.root is missing: give data.root=DIR")
    says(
        train(f"data.root={images(*NAMES)}", "mask=files"),
        "mask.root is missing: give mask.root=DIR, or mask=irregular",
    )
    says(train(f"data.root={images(*NAMES)}", "mask=files", f"mask.root={tmp_path / 'empty'}"), "holds no mask")
    says(train(f"data.root={images(*NAMES)}", "eval_mask=files", "eval_mask.root=nowhere"), "does not exist")


@pytest.mark.parametrize("num_workers", [0, 2])
def test_a_truncated_image_in_training(train: Command, images: Images, num_workers: int) -> None:
    root = truncated(images(*NAMES))
    line = says(train(f"data.root={root}", f"data.num_workers={num_workers}"), ".jpg' cannot be read as an image")
    assert "DataLoader" not in line
    assert line.startswith(f"inpaint-zoo train: error: '{root}")


def test_a_image_that_is_none(train: Command, predict: Command, images: Images, masks: Images) -> None:
    root = images(*NAMES)
    for name in NAMES:
        (root / name).write_text("not an image")
    says(train(f"data.root={root}"), ".png' cannot be read as an image", "repair, convert or remove it")
    code, out, err = predict(f"images={root}", f"masks={masks('m.png') / 'm.png'}")
    *failed, last = err.splitlines()
    assert (code, out) == (2, "")
    assert last == "inpaint-zoo predict: error: 6 of 6 images failed, for the reasons above"
    for name, line in zip(NAMES, failed, strict=True):
        assert f"failed: '{root / name}' cannot be read as an image" in line


def test_the_last_of_many_images_is_bad(predict: Command, images: Images, masks: Images, tmp_path: Path) -> None:
    root = images(*NAMES)
    (root / NAMES[-1]).write_bytes(b"\x89PNG\r\n\x1a\n")
    outcome = predict(f"images={root}", f"masks={masks('m.png') / 'm.png'}")
    says(outcome, f"{NAMES[-1]}' cannot be read as an image", "(5 of 6 images are done)")
    assert sorted(path.name for path in (tmp_path / "out").glob("[!.]*")) == NAMES[:-1]


def test_a_run_folder_that_was_there_stays(command: Command, images: Images, tmp_path: Path) -> None:
    root, run_dir = truncated(images(*NAMES)), tmp_path / "run"
    run_dir.mkdir()
    arguments = ["experiment=tiny", "data.size=32", f"data.root={root}", f"run_dir={run_dir}"]
    assert command("train", *arguments).code == 2
    assert list(run_dir.iterdir()) == []
    (run_dir / "mine.txt").write_text("x")
    assert command("train", *arguments).code == 2
    assert (run_dir / "mine.txt").read_text() == "x"


def test_sizes_that_do_not_fit(train: Command, images: Images) -> None:
    root = images(*NAMES)
    says(train(f"data.root={root}", "data.size=64"), "smaller than the crop 64x64", "data.resize=64")
    says(train(f"data.root={root}", "data.size=30"), "multiples of 4", "pad or crop to 32x32", "data.size")
    says(train(f"data.root={root}", "data.size=[128,100]", model="madf"), "multiples of 128", "128x128")
    says(train(f"data.root={root}", "data.size=20"), "24x24", "data.size")
    assert train(f"data.root={root}", "data.size=64", "data.resize=64").code == 0


def test_widths_that_leave_no_channel(train: Command, images: Images) -> None:
    root = f"data.root={images(*NAMES)}"
    says(train(root, "model.network.base_channels=0"), "network.base_channels=0 must be at least 1")
    says(train(root, "model.discriminator.base_channels=-1"), "discriminator.base_channels=-1 must be at least 1")
    for model in ("madf", "ctsdg"):
        says(train(root, "model.network.base_channels=2", model=model), "network.base_channels=2", "multiple of 4")


def test_one_image_a_batch_is_too_few_for_batch_normalization(train: Command, images: Images, tmp_path: Path) -> None:
    root = images(*NAMES, width=140, height=130)
    arguments = [f"data.root={root}", "data.size=128", "data.batch_size=1"]
    says(train(*arguments, model="ctsdg"), "one value per channel", "larger data.batch_size or data.size")
    for model in ("madf", "misf"):  # MADF normalises from 2 x 2 pixels on, MISF image by image
        assert train(*arguments, "trainer.max_steps=1", f"run_dir={tmp_path / model}", model=model).code == 0


def test_masks_and_images_of_different_sizes(predict: Command, images: Images, masks: Images) -> None:
    image, folder = images("a.png"), masks("a.png", width=20, height=18)
    says(predict(f"images={image}/a.png", f"masks={folder}/a.png"), "a.png is 20x18", "a.png is 40x36")
    assert predict(f"images={image}", f"masks={folder}").code == 0


@pytest.mark.filterwarnings("ignore:.*(its palette becomes|GIF is not written)")
def test_images_and_masks_that_do_not_pair(predict: Command, images: Images, masks: Images) -> None:
    image, folder = images("a.png", "b.png", "c.png"), masks("b.png")
    says(predict(f"images={image}", f"masks={folder}"), "no mask of the same name for 2 of 3 images: a.png, c.png")
    two = [f"images={images('a.png', 'a.gif', folder='two')}", f"masks={folder}/b.png"]
    says(predict(*two), "a.gif and a.png would both become a.png", "(1 of 2 images are done)")
    says(predict(f"images={image}"), "masks is missing: no mask lies beside 3 of 3 images: a.png", "give masks=PATH")
    says(predict(f"images={image}/none.png", f"masks={folder}/b.png"), "none.png' does not exist")
    says(predict(f"images={image}/a.png", f"masks={folder}/none.png"), "none.png' does not exist")
    says(predict(f"images={image}", f"masks={folder}/b.png", "threshold=0"), "threshold=0 must lie in [1, 255]")


def test_checkpoints_that_cannot_be_used(
    predict: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    inputs = [f"images={images('a.png')}", f"masks={masks('a.png')}"]
    content = small_checkpoint("misf").read_bytes()
    (tmp_path / "half.ckpt").write_bytes(content[: len(content) // 2])
    (tmp_path / "text.ckpt").write_text("hello")
    broken = torch.load(small_checkpoint("misf"), weights_only=True)
    next(iter(broken["state_dict"].values())).fill_(torch.nan)
    torch.save(broken, tmp_path / "nan.ckpt")
    says(predict(*inputs, ckpt=tmp_path / "half.ckpt"), "half.ckpt cannot be read as a checkpoint")
    says(predict(*inputs, ckpt=tmp_path / "text.ckpt"), "text.ckpt")
    says(predict(*inputs, ckpt=tmp_path / "nan.ckpt"), "nan.ckpt holds values that are not finite")
    says(predict(*inputs, ckpt=tmp_path / "none.ckpt"), "none.ckpt does not exist")
    says(predict(*inputs, "model=madf"), "holds the model misf, not madf")
    says(predict(*inputs, "model=msif"), "there is no model 'msif', did you mean 'misf'")
    says(predict(*inputs, "device=tpu9"), "device=tpu9 cannot be used", "cpu")


def test_checkpoints_that_cannot_be_resumed(
    train: Command, images: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    root = f"data.root={images(*NAMES)}"
    (tmp_path / "text.ckpt").write_text("hello")
    says(train(root, "ckpt_path=last"), "last.ckpt does not exist", "run_dir=DIR")
    says(train(root, f"ckpt_path={tmp_path / 'text.ckpt'}"), "text.ckpt")
    says(train(root, f"ckpt_path={small_checkpoint('misf')}"), "holds no training to resume")
    says(train(root, f"ckpt_path={small_checkpoint('madf')}"), "holds the model madf, not misf")


def test_names_and_values_that_do_not_exist(train: Command, command: Command, images: Images) -> None:
    root = f"data.root={images(*NAMES)}"
    says(train(root, model="msif"), "model=msif is unknown, did you mean 'misf'? (known: ")
    says(train(root, "model.netwrk.base_channels=8"), "did you mean 'model.network.base_channels'?")
    says(train(root, "model.adversarial_loss=hing"), "model.adversarial_loss", "did you mean 'hinge'?")
    says(train(root, "~model.loss_weights.adversarial"), "model.loss_weights.adversarial is missing")
    says(train(root, "+model.loss_weights.styl=1"), "model.loss_weights.styl", "no such term")
    says(train(root, "trainer.accelerator=tpus"), "trainer", "tpus")
    says(train(root, "trainer.precision=17"), "trainer", "17")
    says(train(root, "seed=-1"), "seed=-1 must lie in")
    for verb in ("evaluate", "predict", "compare", "import-weights"):
        says(command(verb), "output is missing: give output=PATH")
    says(command("evaluate", "output=out", f"{root}"), "ckpt is missing: give ckpt=FILE")
    says(command("evaluate", "output=out", "ckpt=x.ckpt"), "x.ckpt does not exist")


def test_loss_networks_that_are_not_to_be_had(train: Command, images: Images, tmp_path: Path) -> None:
    root = f"data.root={images(*NAMES)}"
    says(train(root, "model.loss_weights.style=1"), "ImageNet weights of vgg19 could not be downloaded", "FILE")
    says(train(root, "model.loss_weights.style=1", f"model.loss_network={tmp_path / 'x.pth'}"), "x.pth does not exist")


def test_outputs_that_cannot_be_written(
    command: Command, images: Images, masks: Images, small_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x")
    output, root, ckpt = tmp_path / "file" / "out", images(*NAMES), f"ckpt={small_checkpoint('misf')}"
    evaluated = [f"data.root={root}", f"output={output}", "data.size=32", "data.num_workers=0", "lpips=false"]
    says(command("train", "experiment=tiny", f"data.root={root}", f"run_dir={output}"), str(output))
    says(command("predict", ckpt, f"images={root}", f"masks={masks(*NAMES)}", f"output={output}"), str(output))
    says(command("evaluate", ckpt, *evaluated), str(output))
    says(command("compare", "methods={mean: mean}", *evaluated), str(output))
    weights = ["model=misf", f"source={small_checkpoint('misf')}"]
    says(command("import-weights", *weights, f"output={output / 'x.ckpt'}"), str(output))


@pytest.mark.filterwarnings("ignore:mask.root:inpaint_zoo.errors.InputWarning")
def test_images_are_not_taken_for_masks(train: Command, command: Command, images: Images, tmp_path: Path) -> None:
    root = images(*NAMES)
    given = [f"data.root={root}", "mask=files", f"mask.root={root}"]
    says(train(*given), f"mask.root: {root} holds the images themselves")
    output = f"output={tmp_path / 'set.json'}"
    says(command("data", "manifest", *given, output), f"mask.root: {root} holds the images themselves")


def test_debug_shows_where(command: Command) -> None:
    code, _, err = command("train", "data.root=nowhere", "--debug")
    assert code == 2
    assert err.startswith("Traceback")
    assert err.splitlines()[-1].startswith("inpaint-zoo train: error: ")


def test_doubtful_masks_are_said_in_one_line(images: Images, masks: Images, tmp_path: Path) -> None:
    folder = masks("m.png")
    Image.fromarray(255 - np.asarray(Image.open(folder / "m.png"))).save(folder / "m.png")
    arguments = ["experiment=tiny", "data.size=32", "trainer.max_steps=1", f"run_dir={tmp_path / 'run'}"]
    arguments += [f"data.root={images(*NAMES)}", "mask=files", f"mask.root={folder}"]
    done = subprocess.run(  # a process of its own: pytest takes warnings away before they are shown
        [sys.executable, "-m", "inpaint_zoo", "train", *arguments], check=True, capture_output=True, text=True
    )
    assert done.stderr == (
        f"inpaint-zoo: note: mask.root='{folder}': 83% of the pixels are holes, the masks look inverted; "
        "if so, set mask.invert=true\n"
    )
    assert "split by a hash of the file names: 4 train, 1 val, 1 test" in done.stdout
