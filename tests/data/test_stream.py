"""The training stream, sample by sample: what it depends on, and what it does not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor

from inpaint_zoo.data import FolderDataModule
from inpaint_zoo.masks.generator import MaskRequest, draw_integers

Write = Callable[..., Path]
Data = Callable[..., FolderDataModule]
NAMES = [f"{index}.png" for index in range(7)]

pytestmark = [
    # loading in the main process is what some of these tests are about
    pytest.mark.filterwarnings("ignore:.*does not have many workers"),
    # pytorch-lightning 2.6 with torch's newer tree functions; nothing of ours is involved
    pytest.mark.filterwarnings("ignore:.*isinstance.treespec, LeafSpec.:FutureWarning"),
]


class GrowingMask:
    """A row of random length, in as many rows as sixteenths of training are done."""

    def __call__(self, request: MaskRequest) -> np.ndarray:
        mask = np.zeros((1, request.height, request.width), np.uint8)
        (length,) = draw_integers(request.rng, 1, request.width, 1)
        mask[:, : round(16 * request.progress), :length] = 1
        return mask


@pytest.fixture
def root(write_images: Write) -> Path:
    return write_images(*(f"train/{name}" for name in NAMES), "val/v.png", "test/t.png", "test/u.png")


def hashes(batches: Any) -> list[str]:
    """One hash for each sample, over its pixels, its mask and its name."""
    return [digest for batch in batches for digest in batch_hashes(batch)]


def batch_hashes(batch: dict[str, Any]) -> Iterator[str]:
    for image, mask, name in zip(batch["image"], batch["mask"], batch["name"], strict=True):
        data = image.numpy().tobytes() + mask.numpy().tobytes() + name.encode()
        yield hashlib.sha256(data).hexdigest()[:12]


def of_rank(data: FolderDataModule, rank: int, world_size: int) -> FolderDataModule:
    data._rank = lambda: (rank, world_size)  # type: ignore[method-assign]
    return data


@pytest.mark.parametrize("num_workers", [0, 1, 2])
def test_the_stream_is_pinned_for_any_number_of_workers(root: Path, folder_data: Data, num_workers: int) -> None:
    data = folder_data(root=root, samples_per_epoch=40, num_workers=num_workers)
    digest = hashlib.sha256()
    for batch in data.train_dataloader():
        digest.update(batch["image"].numpy().tobytes() + batch["mask"].numpy().tobytes() + repr(batch["name"]).encode())
    assert digest.hexdigest() == PINNED


@pytest.mark.parametrize("num_workers", [0, 1, 2])
def test_ranks_take_turns_in_one_stream(root: Path, folder_data: Data, num_workers: int) -> None:
    def stream(rank: int, world_size: int) -> list[str]:
        data = folder_data(root=root, samples_per_epoch=28, batch_size=2 // world_size, num_workers=num_workers)
        return hashes(of_rank(data, rank, world_size).train_dataloader())

    parts = [stream(rank, 2) for rank in range(2)]
    assert list(chain(*zip(*parts, strict=True))) == stream(0, 1)


def test_epochs_differ_in_every_sample(root: Path, folder_data: Data) -> None:
    stream = hashes(folder_data(root=root, samples_per_epoch=28).train_dataloader())
    assert len(set(stream)) == len(stream) == 28


def test_workers_would_change_the_stream_if_albumentations_drew_its_own_seeds(root: Path, folder_data: Data) -> None:
    def stream(num_workers: int) -> list[str]:
        data = folder_data(root=root, samples_per_epoch=28, num_workers=num_workers)
        # the library's generator, seeded once, as it is in every new worker
        data.train_dataset.augment.set_random_seed(0)
        data.train_dataset.augment.set_random_seed = lambda _: None
        return hashes(data.train_dataloader())

    assert stream(0) != stream(2)


@pytest.mark.parametrize("num_workers", [0, 1, 2])
@pytest.mark.parametrize("world_size", [1, 2])
def test_evaluation_depends_on_seed_and_name_alone(
    root: Path, folder_data: Data, num_workers: int, world_size: int
) -> None:
    def samples(**changes: Any) -> list[str]:
        data = folder_data(root=root, eval_repeats=3, **changes)
        return hashes(data.test_dataloader())

    ranks = [
        hashes(
            of_rank(
                folder_data(root=root, eval_repeats=3, num_workers=num_workers, seed=9), rank, world_size
            ).test_dataloader()
        )
        for rank in range(world_size)
    ]
    expected = samples()
    assert all(part == expected[rank::world_size] for rank, part in enumerate(ranks))
    assert len(set(expected)) == 6
    (root / "test" / "a.png").write_bytes((root / "test" / "t.png").read_bytes())
    assert samples()[3:] == expected
    assert not set(samples(eval_seed=1)) & set(expected)


class Recorder(pl.LightningModule):
    """Writes down its samples and how many of their rows have holes; may save a checkpoint and stop."""

    def __init__(self, save_after: int = -1, path: Path | None = None) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(1, 1)
        self.seen: list[str] = []
        self.rows: list[int] = []
        self.save_after = save_after
        self.path = path

    def training_step(self, batch: dict[str, Any]) -> Tensor:
        self.seen += batch_hashes(batch)
        self.rows += batch["mask"].amax(dim=3).sum(dim=(1, 2)).int().tolist()
        loss: Tensor = self.layer(batch["image"].mean().view(1, 1)).sum()
        return loss

    def validation_step(self, batch: dict[str, Any]) -> None: ...

    def on_train_batch_end(self, *_: Any) -> None:
        if len(self.seen) == self.save_after:
            assert self.path is not None
            self.trainer.save_checkpoint(self.path)
            raise KeyError("pulled the plug")

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), 0.1)


def fit(data: FolderDataModule, model: Recorder, checkpoint: Path | None = None, **options: Any) -> Recorder:
    trainer = pl.Trainer(
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        use_distributed_sampler=False,
        num_sanity_val_steps=0,
        **options,
    )
    trainer.fit(model, datamodule=data, ckpt_path=checkpoint, weights_only=True)
    return model


@pytest.mark.parametrize(
    ("goal", "total"),
    [
        ({"max_steps": 16, "max_epochs": -1}, 32),
        ({"max_epochs": 4}, 24),
        ({"max_epochs": 4, "limit_train_batches": 2}, 16),
        ({"max_epochs": 4, "limit_train_batches": 0.7}, 16),
        ({"max_steps": 4, "max_epochs": 9, "accumulate_grad_batches": 2}, 12),
        ({"max_steps": 3, "max_epochs": 9, "accumulate_grad_batches": 2}, 10),
    ],
)
def test_masks_receive_the_progress_of_training(
    root: Path, folder_data: Data, goal: dict[str, Any], total: int
) -> None:
    model = fit(folder_data(root=root, mask=GrowingMask()), Recorder(), **goal)
    assert model.rows == [round(16 * position / total) for position in range(len(model.rows))]
    assert len(model.rows) == total


def test_without_a_goal_training_is_always_done(root: Path, folder_data: Data) -> None:
    data = folder_data(root=root, mask=GrowingMask())
    assert all(batch["mask"][:, :, -1].any() for batch in data.train_dataloader())


@pytest.mark.parametrize(("before", "after"), [(0, 2), (2, 0), (1, 2)])
def test_masks_that_grow_go_on_after_a_cut_with_other_workers(
    root: Path, folder_data: Data, tmp_path: Path, *, before: int, after: int
) -> None:
    whole = fit(folder_data(root=root, mask=GrowingMask()), Recorder(), max_epochs=4)
    first = Recorder(10, tmp_path / "cut.ckpt")
    with pytest.raises(KeyError, match="plug"):
        fit(folder_data(root=root, mask=GrowingMask(), num_workers=before), first, max_epochs=4)
    data = folder_data(root=root, mask=GrowingMask(), num_workers=after)
    second = fit(data, Recorder(), tmp_path / "cut.ckpt", max_epochs=4)
    assert first.seen + second.seen == whole.seen
    assert first.rows + second.rows == whole.rows


def test_another_batch_size_after_a_cut_makes_no_jump(root: Path, folder_data: Data, tmp_path: Path) -> None:
    first = Recorder(8, tmp_path / "cut.ckpt")
    with pytest.raises(KeyError, match="plug"):
        fit(folder_data(root=root, mask=GrowingMask()), first, max_steps=8)
    data = folder_data(root=root, mask=GrowingMask(), batch_size=1)
    second = fit(data, Recorder(), tmp_path / "cut.ckpt", max_steps=8)
    assert second.rows == [round(16 * position / 12) for position in range(8, 12)]


# recorded before positions, paired masks and skipping were added
PINNED = "501ee39cff03264c761776a3d0755f0e8a3083f83e2aad97696bdfc1f3518a72"
