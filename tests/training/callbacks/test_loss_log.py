from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import CSVLogger
from torch import Tensor, nn
from torch.utils.data import DataLoader

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.training.callbacks import LossLog

BATCH = Batch(image=torch.rand(1, 3, 8, 8), mask=torch.zeros(1, 1, 8, 8), name=["a"])


class Network(InpaintingNetwork):
    stride = minimum_size = 8

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 3, 1)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        raise NotImplementedError


class Module(InpaintingModule):
    name = "toy"
    network_class = Network

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        zero = 0 * sum(parameter.sum() for parameter in self.parameters())
        return {"one": zero + 1.0, "two": zero + 2.0}


class Rows(CSVLogger):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.rows: list[tuple[int | None, dict[str, float]]] = []

    def log_metrics(self, metrics: Any, step: int | None = None) -> None:
        self.rows.append((step, metrics))


class Looks(pl.Callback):
    """What was logged when another callback ends the batch."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.seen = rows, [0]

    def on_train_batch_end(self, *_: Any, **__: Any) -> None:
        self.seen.append(len(self.rows.rows))


def train(callback: LossLog, rows: Rows, max_epochs: int, ckpt_path: Path | None = None) -> tuple[pl.Trainer, Looks]:
    looks = Looks(rows)
    trainer = pl.Trainer(
        accelerator="cpu", max_epochs=max_epochs, log_every_n_steps=2, accumulate_grad_batches=3, logger=rows,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False, callbacks=[callback, looks],
    )  # fmt: skip
    factory = partial(torch.optim.Adam, lr=0.5)
    module = Module(network={}, loss_weights={"one": 1, "two": 10}, optimizer=factory)
    loader: Any = DataLoader([BATCH] * 12, batch_size=None)  # type: ignore[arg-type]
    trainer.fit(module, loader, ckpt_path=ckpt_path, weights_only=True)
    return trainer, looks


@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec", "ignore:.*validation_step")
def test_terms_are_logged_unweighted_once_a_step_when_they_are_due(tmp_path: Path) -> None:
    rows = Rows(tmp_path)
    trainer, looks = train(LossLog(), rows, 1)
    terms = {"train/loss": 21, "train/one": 1, "train/two": 2}
    logged = {**terms, "train/lr": 0.5, "epoch": 0}
    assert rows.rows == [(2, logged), (4, logged)]
    # what stops or keeps by `train/loss` finds it
    assert {name: float(value) for name, value in trainer.callback_metrics.items()} == terms
    # with the second step, which ends with the sixth batch, and the fourth
    assert looks.seen == [0] + 5 * [0] + 6 * [1] + [2]


@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec", "ignore:.*validation_step")
def test_a_resumed_training_logs_only_new_steps(tmp_path: Path) -> None:
    trainer, _ = train(LossLog(), Rows(tmp_path / "first"), 1)
    trainer.save_checkpoint(tmp_path / "x.ckpt")
    rows = Rows(tmp_path / "second")
    train(LossLog(), rows, 2, tmp_path / "x.ckpt")
    assert [step for step, _ in rows.rows] == [6, 8]
