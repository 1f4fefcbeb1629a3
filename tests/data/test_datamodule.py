"""The training stream is the same for any number of workers, and resumes where training stopped."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor

from inpaint_zoo.data import FolderDataModule
from inpaint_zoo.errors import InputError
from inpaint_zoo.masks import BoxMask

Write = Callable[..., Path]
Data = Callable[..., FolderDataModule]
NAMES = [f"{index}.png" for index in range(11)]

pytestmark = [
    # loading in the main process is what some of these tests are about
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    # pytorch-lightning 2.6 with torch's newer tree functions; nothing of ours is involved
    pytest.mark.filterwarnings("ignore:.*isinstance.treespec, LeafSpec.:FutureWarning"),
]


@pytest.fixture
def root(write_images: Write) -> Path:
    return write_images(*(f"train/{name}" for name in NAMES), "val/v.png", "test/t.png", "test/u.png", "test/w.png")


def fingerprint(batch: dict[str, Any]) -> str:
    data = batch["image"].numpy().tobytes() + batch["mask"].numpy().tobytes() + repr(batch["name"]).encode()
    return hashlib.sha256(data).hexdigest()[:8]


class Recorder(pl.LightningModule):
    """Writes down every batch that it is trained on; may save a checkpoint and stop after one of them."""

    def __init__(self, save_after: int = -1, path: Path | None = None) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)
        self.seen: list[str] = []
        self.save_after = save_after
        self.path = path

    def training_step(self, batch: dict[str, Any]) -> Tensor:
        self.seen.append(fingerprint(batch))
        loss: Tensor = self.layer(batch["image"].mean().view(1, 1)).sum()
        return loss

    def on_train_batch_end(self, *_: Any) -> None:
        if len(self.seen) == self.save_after:
            assert self.path is not None
            self.trainer.save_checkpoint(self.path)
            raise KeyError("pulled the plug")

    def validation_step(self, batch: dict[str, Any]) -> None: ...

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.1)


def fit(
    data: FolderDataModule, *, checkpoint: Path | None = None, model: Recorder | None = None, **options: Any
) -> Any:
    """Train and return (what was seen, the trainer)."""
    model = model or Recorder()
    trainer = pl.Trainer(
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=1,
        use_distributed_sampler=False,
        **({"max_epochs": 3} | options),
    )
    trainer.fit(model, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    return model.seen, trainer


@pytest.fixture
def whole(root: Path, folder_data: Data) -> list[str]:
    """Three epochs of five batches, uninterrupted."""
    seen, _ = fit(folder_data(root=root))
    assert len(set(seen)) == 15
    return list(seen)


def test_the_stream_is_the_same_with_workers(root: Path, folder_data: Data, whole: list[str]) -> None:
    assert fit(folder_data(root=root, num_workers=2))[0] == whole
    assert fit(folder_data(root=root, seed=2))[0] != whole


@pytest.mark.parametrize(("stop_after", "num_workers"), [(1, 0), (3, 2), (5, 0), (7, 0), (8, 2), (10, 2)])
def test_a_training_that_was_cut_off_goes_on_with_the_next_sample(
    root: Path, folder_data: Data, whole: list[str], *, tmp_path: Path, stop_after: int, num_workers: int
) -> None:
    path = tmp_path / "cut.ckpt"
    model = Recorder(stop_after, path)
    with pytest.raises(KeyError, match="plug"):
        fit(folder_data(root=root, num_workers=num_workers), model=model)
    assert model.seen == whole[:stop_after]
    seen, _ = fit(folder_data(root=root, num_workers=num_workers), checkpoint=path)
    assert seen == whole[stop_after:]


@pytest.mark.parametrize("num_workers", [0, 2])
@pytest.mark.parametrize("steps", [3, 5, 7])
@pytest.mark.parametrize("goal", [{"max_steps": 15, "max_epochs": -1}, {"max_epochs": 4}])
def test_more_steps_or_epochs_go_on_with_the_next_sample(
    root: Path,
    folder_data: Data,
    whole: list[str],
    *,
    tmp_path: Path,
    steps: int,
    goal: dict[str, int],
    num_workers: int,
) -> None:
    seen, trainer = fit(folder_data(root=root), max_steps=steps, max_epochs=-1)
    assert seen == whole[:steps]
    trainer.save_checkpoint(tmp_path / "steps.ckpt")
    seen, _ = fit(folder_data(root=root, num_workers=num_workers), checkpoint=tmp_path / "steps.ckpt", **goal)
    assert len(seen) >= 5
    assert seen[: 15 - steps] == whole[steps : steps + len(seen)]


def test_the_end_of_an_epoch_is_a_place_to_go_on_from(
    root: Path, folder_data: Data, whole: list[str], tmp_path: Path
) -> None:
    _, trainer = fit(folder_data(root=root), max_epochs=2)
    trainer.save_checkpoint(tmp_path / "epoch.ckpt")
    assert fit(folder_data(root=root, num_workers=2), checkpoint=tmp_path / "epoch.ckpt")[0] == whole[10:]


@pytest.mark.parametrize("option", ["limit_train_batches", "val_check_interval", "accumulate_grad_batches"])
def test_trainer_options_leave_the_stream_as_it_is(
    root: Path, folder_data: Data, whole: list[str], tmp_path: Path, option: str
) -> None:
    model = Recorder(4, tmp_path / "cut.ckpt")
    with pytest.raises(KeyError, match="plug"):
        fit(folder_data(root=root), model=model, **{option: 3})
    seen, _ = fit(folder_data(root=root), checkpoint=tmp_path / "cut.ckpt", **{option: 3})
    together = model.seen + seen
    assert len(together) >= 9
    assert together == whole[: len(together)]


class NameRecorder(Recorder):
    """Writes down the names of the images that it is trained on."""

    def training_step(self, batch: dict[str, Any]) -> Tensor:
        loss = super().training_step(batch)
        self.seen[-1:] = batch["name"]
        return loss


def test_another_batch_size_goes_on_with_the_next_sample(root: Path, folder_data: Data, tmp_path: Path) -> None:
    whole, _ = fit(folder_data(root=root), model=NameRecorder())
    parts, checkpoint = [], None
    for epochs, batch_size in enumerate((2, 3, 2), 1):
        data = folder_data(root=root, batch_size=batch_size)
        seen, trainer = fit(data, model=NameRecorder(), checkpoint=checkpoint, max_epochs=epochs)
        checkpoint = tmp_path / f"{epochs}.ckpt"
        trainer.save_checkpoint(checkpoint)
        parts.append(seen)
    assert [len(part) for part in parts] == [10, 9, 10]
    assert list(chain(*parts)) == whole[:29]


def test_a_new_training_starts_at_the_start(root: Path, folder_data: Data, whole: list[str], tmp_path: Path) -> None:
    _, trainer = fit(folder_data(root=root), max_epochs=1)
    trainer.save_checkpoint(tmp_path / "one.ckpt")
    data = folder_data(root=root)
    assert fit(data, checkpoint=tmp_path / "one.ckpt", max_epochs=2)[0] == whole[5:10]
    assert fit(data, max_epochs=1)[0] == whole[:5]


def test_the_epoch_length_changes_nothing_in_the_stream(root: Path, folder_data: Data, whole: list[str]) -> None:
    seen, _ = fit(folder_data(root=root, samples_per_epoch=31), max_epochs=1)
    assert seen == whole


def test_overfitting_works_on_the_first_samples(root: Path, folder_data: Data) -> None:
    with pytest.warns(UserWarning, match="You requested to overfit"):
        seen, _ = fit(folder_data(root=root), overfit_batches=2, max_epochs=2)
    assert seen[:2] == seen[2:]


def test_ranks_see_disjoint_parts_of_the_same_stream(root: Path, folder_data: Data) -> None:
    def loaded(rank: int, world_size: int, batch_size: int) -> list[list[str]]:
        data = folder_data(root=root, batch_size=batch_size)
        data._rank = lambda: (rank, world_size)  # type: ignore[method-assign]
        return [sorted(batch["name"]) for batch in data.train_dataloader()]

    together = [sorted(chain(*parts)) for parts in zip(loaded(0, 2, 1), loaded(1, 2, 1), strict=True)]
    assert together == loaded(0, 1, 2)


@pytest.mark.parametrize("world_size", [1, 2, 3])
def test_ranks_share_evaluation_out_without_repeating_any(root: Path, folder_data: Data, world_size: int) -> None:
    def loaded(rank: int) -> list[str]:
        data = folder_data(root=root)
        data._rank = lambda: (rank, world_size)  # type: ignore[method-assign]
        return [name for batch in data.test_dataloader() for name in batch["name"]]

    assert sorted(chain(*map(loaded, range(world_size)))) == ["t.png", "u.png", "w.png"]


def test_a_rank_without_a_sample_is_refused(root: Path, folder_data: Data) -> None:
    data = folder_data(root=root)
    data._rank = lambda: (4, 5)  # type: ignore[method-assign]
    data.setup("test")
    with pytest.raises(InputError, match=r"3 samples for 5 processes: raise data\.eval_repeats="):
        data.test_dataloader()


@pytest.mark.parametrize("num_workers", [0, 2])
def test_evaluation_sees_every_image_with_the_same_masks(root: Path, folder_data: Data, num_workers: int) -> None:
    def loaded(**changes: Any) -> list[str]:
        return [fingerprint(batch) for batch in folder_data(root=root, **changes).test_dataloader()]

    batches = list(folder_data(root=root, num_workers=num_workers).test_dataloader())
    assert [name for batch in batches for name in batch["name"]] == ["t.png", "u.png", "w.png"]
    assert [fingerprint(batch) for batch in batches] == loaded(seed=9)
    assert [fingerprint(batch) for batch in batches] != loaded(eval_seed=9)


@pytest.mark.parametrize("num_workers", [0, 2])
def test_a_damaged_image_is_named_in_one_line(root: Path, folder_data: Data, num_workers: int) -> None:
    for name in NAMES:
        (root / "train" / name).write_bytes(b"nothing")
    with pytest.raises(InputError) as caught:
        fit(folder_data(root=root, num_workers=num_workers))
    assert str(caught.value).startswith(repr(str(root / "train"))[:-1])
    assert "\n" not in str(caught.value)


def test_workers_of_the_training_stay_from_epoch_to_epoch(root: Path, folder_data: Data) -> None:
    assert folder_data(root=root, num_workers=1).train_dataloader().persistent_workers


def test_fewer_images_than_a_batch_stand_in_it_twice_unless_an_epoch_is_shorter(root: Path, folder_data: Data) -> None:
    batches = list(folder_data(root=root, batch_size=12).train_dataloader())
    assert [len(set(batch["name"])) for batch in batches] == [11]
    with pytest.raises(InputError, match=r"11 training samples do not fill a batch of 12: lower data\.batch_size="):
        folder_data(root=root, batch_size=12, samples_per_epoch=11).train_dataloader()
    assert len(folder_data(root=root, batch_size=12, samples_per_epoch=24).train_dataloader()) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"size": [1, 2, 3]}, r"data\.size=\[1,2,3\]"),
        ({"size": 0}, r"data\.size=0"),
        ({"batch_size": 0}, r"data\.batch_size=0 must be at least 1"),
        ({"eval_repeats": 0}, r"data\.eval_repeats=0"),
        ({"num_workers": -1}, r"data\.num_workers=-1"),
        ({"seed": -1}, r"seed=-1"),
        ({"eval_seed": 2**32}, r"data\.eval_seed=4294967296"),
        ({"samples_per_epoch": 0}, r"data\.samples_per_epoch=0"),
        ({"resize": 0}, r"data\.resize=0"),
        ({"flip_probability": 1.1}, r"data\.flip_probability=1.1"),
    ],
)
def test_unusable_arguments_are_named(root: Path, folder_data: Data, change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        folder_data(root=root, **change)


def test_the_log_names_no_split_of_its_own_for_subfolders(
    root: Path, folder_data: Data, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        folder_data(root=root).setup("fit")
    assert caplog.records == []


@pytest.mark.parametrize("key", ["mask", "eval_mask"])
@pytest.mark.parametrize("wrong", ["irregular", BoxMask, 5])
def test_a_mask_that_makes_none_is_named(folder_data: Data, root: Path, key: str, wrong: Any) -> None:
    with pytest.raises(InputError, match=rf"^{key}=.* makes no masks: give an object that does, such as BoxMask\(\)$"):
        folder_data(root=root, **{key: wrong})
