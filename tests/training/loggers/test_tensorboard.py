from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.training.loggers import TensorBoardEvents

TRAIN = ("train", "model=misf", "experiment=tiny", "data=photographs", "data.size=32", "data.eval_repeats=2")


@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorboard")  # of its own imports
def test_metrics_and_images_are_in_the_event_files(command: Any, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run = (*TRAIN, "logger=tensorboard", f"run_dir={tmp_path / 'run'}", "trainer.val_check_interval=2")
    assert command(*run, "trainer.max_steps=3", "num_sample_images=1").code == 0
    assert command(*run, "trainer.max_steps=5", "num_sample_images=1", "ckpt_path=last").code == 0
    files = list((tmp_path / "run" / "tensorboard").iterdir())
    assert all(path.name.startswith("events.out.tfevents.") for path in files)
    events = EventAccumulator(str(tmp_path / "run" / "tensorboard"))
    events.Reload()
    assert [event.step for event in events.Scalars("train/l1")] == [1, 2, 3, 4, 5]
    assert [event.step for event in events.Scalars("val/psnr")] == [2, 3, 4, 5]
    (name, *_) = [tag for tag in events.Tags()["images"] if tag.startswith("images/composite/")]
    assert [event.step for event in events.Images(name)] == [2, 3, 4, 5]
    assert (events.Images(name)[0].width, events.Images(name)[0].height) == (32, 32)
    assert (tmp_path / "run" / "metrics.csv").is_file()


@pytest.mark.filterwarnings("ignore::DeprecationWarning:tensorboard")
@pytest.mark.parametrize("validated", [True, False])
def test_what_came_after_a_checkpoint_is_forgotten(tmp_path: Path, validated: bool) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    logger = TensorBoardEvents(save_dir=tmp_path, images=True)
    for step in range(1, 7):
        logger.log_metrics({"train/loss": float(step)}, step)
    for step in (2, 4, 6):
        logger.log_metrics({"val/psnr": float(step)}, step)
    logger.finalize("success")
    (path,) = (tmp_path / "tensorboard").iterdir()
    path.write_bytes(path.read_bytes() + b"\x18\0\0\0\0\0\0\0 cut off")
    resumed = TensorBoardEvents(save_dir=tmp_path, images=True)
    resumed.rewind(4, validated=validated)
    again = path.read_bytes()
    resumed.rewind(4, validated=validated)
    assert path.read_bytes() == again
    for step in (5, 6):
        resumed.log_metrics({"train/loss": float(step)}, step)
    resumed.finalize("success")
    events = EventAccumulator(str(tmp_path / "tensorboard"))
    events.Reload()
    assert [event.step for event in events.Scalars("train/loss")] == [1, 2, 3, 4, 5, 6]
    assert [event.step for event in events.Scalars("val/psnr")] == ([2, 4] if validated else [2])


def test_no_logger(command: Any, tmp_path: Path) -> None:
    assert command(*TRAIN, "logger=none", f"run_dir={tmp_path}", "trainer.max_steps=2").code == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names >= {"last.ckpt", "images"}
    assert not names & {"metrics.csv", "tensorboard", "wandb"}


def test_a_missing_package_is_named(command: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inpaint_zoo.training.loggers.tensorboard.find_spec", lambda _: None)
    outcome = command(*TRAIN, "logger=many", f"run_dir={tmp_path / 'run'}")
    assert outcome.code == 2
    assert "pip install 'inpaint-zoo[tensorboard]'" in outcome.err
    assert not (tmp_path / "run").exists()


def test_images_can_be_left_out(tmp_path: Path) -> None:
    logger = TensorBoardEvents(save_dir=tmp_path, images=False)
    logger.log_images([], 1)
    assert not (tmp_path / "tensorboard").exists()
