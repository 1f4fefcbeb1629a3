"""23 images on two processes, 12 and 11 of them, and on one: the same numbers, in our callback and in any module."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset
from torchmetrics import MetricCollection

from inpaint_zoo.batch import Batch, Prediction, composite
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.metrics import ImageL1, ImagePSNR, ImageScores
from inpaint_zoo.training.callbacks import ValidationMetrics

NUM_IMAGES = 23


class Images(Dataset[Batch]):
    """Noise with holes of 0 to 97 %."""

    def __len__(self) -> int:
        return NUM_IMAGES

    def __getitem__(self, index: int) -> Batch:
        image = torch.rand(3, 24, 32, generator=torch.Generator().manual_seed(index))
        mask = torch.zeros(1, 24, 32)
        mask[:, :, : 7 * index % 32] = 1
        return Batch(image=image, mask=mask, name=[str(index)])


class Module(pl.LightningModule):
    """Fills with another brightness and error for each image; logs metrics as any module would."""

    def __init__(self) -> None:
        super().__init__()
        self.hole_psnr = ImagePSNR(region="hole")
        self.some = MetricCollection({"l1": ImageL1(), "psnr": ImagePSNR(ratio_bin="20-40")}, prefix="some/")

    def validation_step(self, batch: Batch, batch_idx: int) -> dict[str, Prediction]:
        image, mask = batch["image"], batch["mask"]
        output = image * image.mean(dim=(1, 2, 3), keepdim=True) ** 2
        prediction = Prediction(output, composite(output, image, mask), {})
        for metric in (self.hole_psnr, self.some):
            metric.update(prediction.composite, image, mask)
        self.log("mine", self.hole_psnr, batch_size=len(image))
        self.log_dict(self.some, batch_size=len(image))
        return {"prediction": prediction}

    test_step = validation_step


def collate(samples: list[Batch]) -> Batch:
    tensors = {key: torch.stack([sample[key] for sample in samples]) for key in ("image", "mask")}  # type: ignore[literal-required]
    return Batch(**tensors, name=[name for sample in samples for name in sample["name"]])


def evaluate(rank: int, num_processes: int) -> dict[str, Any]:
    """What is logged, and the means where the first process has all images."""
    trainer = pl.Trainer(
        accelerator="cpu", devices=num_processes, strategy="ddp" if num_processes > 1 else "auto", logger=False,
        callbacks=[ValidationMetrics()], use_distributed_sampler=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    loader = DataLoader(Images(), batch_size=5, sampler=range(rank, NUM_IMAGES, num_processes), collate_fn=collate)  # type: ignore[var-annotated]
    logged: dict[str, Any] = {}
    for run in (trainer.validate, trainer.test):
        run(Module(), loader, verbose=False)
        logged |= {f"{run.__name__} {key}": value for key, value in trainer.callback_metrics.items()}
    uneven = ImageScores()
    if rank == 0:
        for batch in DataLoader(Images(), batch_size=5, collate_fn=collate):
            uneven.update(batch["image"] / 2, batch["image"], batch["mask"])
    return logged | {f"uneven {key}": value for key, value in uneven.compute().items()}


def main(folder: str) -> None:
    """What each of the two processes does."""
    quiet_libraries()
    rank = int(os.environ["LOCAL_RANK"])
    torch.save(evaluate(rank, 2), Path(folder) / f"{rank}.pt")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec")
def test_two_processes_log_what_one_logs(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, str(tmp_path)]
    processes = [subprocess.Popen(command, env={**environment, "LOCAL_RANK": str(rank)}) for rank in range(2)]
    assert [process.wait(300) for process in processes] == [0, 0]
    alone: Mapping[str, Tensor] = evaluate(0, 1)
    expected = ("validate val/psnr", "validate val/20-40/hole_ssim", "test test/psnr", "validate mine", "test some/l1")
    assert {*expected, "uneven psnr", "validate some/psnr"} <= alone.keys()
    assert torch.equal(alone["validate mine"], alone["validate val/hole_psnr"])
    assert torch.equal(alone["test some/psnr"], alone["test test/20-40/psnr"])
    for rank in range(2):
        logged = torch.load(tmp_path / f"{rank}.pt", weights_only=True)
        assert {key: value.item() for key, value in logged.items()} == {
            key: value.item() for key, value in alone.items()
        }


if __name__ == "__main__":
    main(*sys.argv[1:])
