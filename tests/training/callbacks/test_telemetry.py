from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from pytorch_lightning.loggers import CSVLogger
from pytorch_lightning.plugins import MixedPrecision
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from inpaint_zoo.batch import Batch, Prediction
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.training.callbacks import LossLog, Telemetry, pace

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*does not have many workers",
    "ignore:.*LeafSpec",
    "ignore:You're resuming from a checkpoint",
    "ignore:The number of training batches",
)
NETWORK, DISCRIMINATOR = 12, 4  # parameters


class Network(InpaintingNetwork):
    stride = minimum_size = 8

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 3, 1)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        raise NotImplementedError


class Module(InpaintingModule):
    """Every gradient is the mean of the image, that of the discriminator ten times as much; a step takes a second."""

    name = "toy"
    network_class = Network

    clock: SimpleNamespace

    def __init__(self) -> None:
        super().__init__(network={}, loss_weights={"one": 1}, optimizer=partial(torch.optim.SGD, lr=0.01))
        self.discriminator = nn.Linear(3, 1)
        self.idle = nn.Linear(2, 2).requires_grad_(False)

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        self.clock.seconds += 1
        sums = [
            torch.stack([value.sum() for value in part.parameters()]).sum()
            for part in (self.network, self.discriminator)
        ]
        return {"one": batch["image"].mean() * (sums[0] + 10 * sums[1])}

    def validation_step(self, batch: Batch, batch_idx: int) -> dict[str, Prediction]:
        self.clock.seconds += 1000
        return {}


class Images(Dataset[Batch]):
    """Two images of the brightness 1, 3, 1, 3, ...; a batch takes three seconds."""

    def __init__(self, clock: SimpleNamespace) -> None:
        self.clock = clock

    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> Batch:
        self.clock.seconds += 3
        image = torch.full((2, 3, 8, 8), float(1 + 2 * (index % 2)))
        return Batch(image=image, mask=torch.zeros(2, 1, 8, 8), name=["a", "b"])


class Rows(CSVLogger):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.rows: list[dict[str, float]] = []

    def log_metrics(self, metrics: Any, step: int | None = None) -> None:
        if "train/loss" in metrics:
            self.rows.append({**metrics, "step": step})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(seconds=100.0)
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: now.seconds))
    return now


@pytest.fixture
def fit(tmp_path: Path, clock: SimpleNamespace) -> Callable[..., list[dict[str, float]]]:
    """Train, and return what was logged; a checkpoint of the end is `end.ckpt`."""

    def run(ckpt_path: Path | None = None, **given: Any) -> list[dict[str, float]]:
        settings: dict[str, Any] = {
            "accelerator": "cpu", "max_steps": 4, "log_every_n_steps": 2, "limit_val_batches": 0,
            "enable_checkpointing": False, "enable_progress_bar": False, "enable_model_summary": False,
        }  # fmt: skip
        rows = Rows(tmp_path)
        trainer = pl.Trainer(**settings | given, logger=rows, callbacks=[Telemetry(), LossLog()])
        module, loaders = Module(), [DataLoader(Images(clock), batch_size=None) for _ in range(2)]
        module.clock = clock
        trainer.fit(module, *loaders, ckpt_path=ckpt_path, weights_only=True)
        trainer.save_checkpoint(tmp_path / "end.ckpt")
        return rows.rows

    return run


def norms(row: dict[str, float]) -> dict[str, float]:
    return {key.removeprefix("train/grad_norm/"): row[key] for key in row if key.startswith("train/grad_norm")}


def expected(brightness: float) -> Any:
    network, discriminator = (brightness * factor * math.sqrt(n) for factor, n in ((1, NETWORK), (10, DISCRIMINATOR)))
    return pytest.approx({"network": network, "discriminator": discriminator}, rel=1e-6)


def test_the_pace_and_the_norms_of_a_logged_step(fit: Callable[..., Any]) -> None:
    rows = fit()
    assert [row["step"] for row in rows] == [2, 4]
    for row in rows:
        assert row["train/data_wait"] == 0.75
        assert row["train/images_per_second"] == 0.5
        assert norms(row) == expected(3)


def test_norms_are_those_of_all_batches_of_a_step_before_clipping(fit: Callable[..., Any]) -> None:
    (row,) = fit(max_steps=2, accumulate_grad_batches=2, gradient_clip_val=1e-3)
    assert norms(row) == expected(2)
    assert row["train/images_per_second"] == 0.5


def test_norms_are_those_without_the_loss_scale(fit: Callable[..., Any]) -> None:
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0)  # type: ignore[attr-defined]
    rows = fit(plugins=[MixedPrecision("16-mixed", "cpu", scaler=scaler)])
    assert norms(rows[0]) == expected(3)


def test_a_validation_does_not_count(fit: Callable[..., Any]) -> None:
    rows = fit(limit_val_batches=1, val_check_interval=3, check_val_every_n_epoch=None)
    assert [(row["train/data_wait"], row["train/images_per_second"]) for row in rows] == [(0.75, 0.5)] * 2


def test_a_training_that_resumes_within_an_epoch_measures_anew(
    fit: Callable[..., Any], clock: SimpleNamespace, tmp_path: Path
) -> None:
    fit(max_steps=3)
    clock.seconds += 5000
    (row,) = fit(tmp_path / "end.ckpt", max_steps=4)
    assert (row["step"], row["train/data_wait"], row["train/images_per_second"]) == (4, 0.75, 0.5)


@pytest.mark.parametrize("name", ["madf", "ctsdg"])
def test_the_training_is_the_same_without_all_that_watches_it(
    command: Callable[..., Any],
    small_network: Callable[[str], dict[str, int]],
    images: Callable[..., Path],
    tmp_path: Path,
    name: str,
) -> None:
    network = [f"model.network.{key}={value}" for key, value in small_network(name).items()]
    fixed = ["experiment=tiny", f"model={name}", "data.size=32", *network, "trainer.max_steps=4", "logger=many"]
    fixed += [f"data.root={images(*(f'{i}.png' for i in range(8)))}", "logger.wandb=null"]
    unwatched = [f"~callbacks.{key}" for key in ("telemetry", "loss_log", "finite_loss", "progress")]
    for folder, more in (("with", []), ("without", unwatched)):
        assert command("train", *fixed, *more, f"run_dir={tmp_path / folder}").code == 0
    own, other = (torch.load(tmp_path / each / "last.ckpt", weights_only=True) for each in ("with", "without"))
    for part in ("state_dict", "optimizer_states"):
        torch.testing.assert_close(own[part], other[part], rtol=0, atol=0)
    header = (tmp_path / "with" / "metrics.csv").read_text().splitlines()[0].split(",")
    parts = {"network"} if name == "madf" else {"network", "discriminator"}
    assert {key.rpartition("/")[2] for key in header if key.startswith("train/grad_norm/")} == parts
    assert {"train/data_wait", "train/images_per_second"} <= {*header}
