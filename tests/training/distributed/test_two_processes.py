"""Two processes with half a batch each do what one process does with a whole one: samples and gradients."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.zoo import list_models

NUM_STEPS, BATCH_SIZE = 3, 4
NAMES = [f"{number}.png" for number in range(8)]


class Recorder(pl.Callback):
    """Keeps the samples of every step and the gradients of the first."""

    def __init__(self) -> None:
        self.samples: list[str] = []
        self.gradients: dict[str, Tensor] = {}

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        for module in pl_module.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()  # in training, the statistics are those of half a batch

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, *_: Any) -> None:
        for name, image, mask in zip(batch["name"], batch["image"], batch["mask"], strict=True):
            content = hashlib.sha256(image.numpy().tobytes() + mask.numpy().tobytes())
            self.samples.append(f"{name} {content.hexdigest()}")

    def on_before_optimizer_step(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        if not self.gradients:
            self.gradients = {
                name: parameter.grad.clone()
                for name, parameter in pl_module.named_parameters()
                if parameter.grad is not None
            }


def fit(name: str, root: str, network: list[str], num_processes: int) -> Recorder:
    quiet_libraries()
    overrides = [f"model={name}", "experiment=tiny", "data.size=32", f"data.root={root}"]
    overrides += [f"data.batch_size={BATCH_SIZE // num_processes}", "mask=center_box", *network]
    config = compose_config("train", overrides)
    data = construct(config.data, mask=construct(config.mask), eval_mask=construct(config.eval_mask), seed=config.seed)
    pl.seed_everything(0, verbose=False)
    recorder = Recorder()
    trainer = pl.Trainer(
        accelerator="cpu", precision="64-true", devices=num_processes, strategy="ddp" if num_processes > 1 else "auto",
        logger=False, max_steps=NUM_STEPS, limit_val_batches=0, callbacks=[recorder], use_distributed_sampler=False,
        enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    trainer.fit(construct(config.model), data)
    return recorder


def main(folder: str, root: str, *network: str) -> None:
    """What each of the two processes does."""
    for name in list_models():
        own = [override.partition(":")[2] for override in network if override.startswith(f"{name}:")]
        recorder = fit(name, root, own, num_processes=2)
        recorded = {"samples": recorder.samples, "gradients": recorder.gradients}
        torch.save(recorded, Path(folder) / f"{name}_{os.environ['LOCAL_RANK']}.pt")


@pytest.fixture(scope="module")
def network(small_network: Callable[[str], dict[str, int]]) -> Callable[[str], list[str]]:
    return lambda name: [f"model.network.{key}={value}" for key, value in small_network(name).items()]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*GPU available but not used")
def test_samples_and_gradients(
    images: Callable[..., Path], network: Callable[[str], list[str]], tmp_path: Path
) -> None:
    root = images(*NAMES)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [f"{name}:{override}" for name in list_models() for override in network(name)]
    environment = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, __file__, str(tmp_path), str(root), *settings]
    processes = [subprocess.Popen(command, env={**environment, "LOCAL_RANK": str(rank)}) for rank in range(2)]
    assert [process.wait(300) for process in processes] == [0, 0]
    for name in list_models():
        alone = fit(name, str(root), network(name), num_processes=1)
        ranks = [torch.load(tmp_path / f"{name}_{rank}.pt", weights_only=True) for rank in range(2)]
        shared = [sample for pair in zip(*(rank["samples"] for rank in ranks), strict=True) for sample in pair]
        assert len(set(shared)) == NUM_STEPS * BATCH_SIZE
        assert shared == alone.samples
        assert alone.gradients.keys() == ranks[0]["gradients"].keys()
        # in float32 their difference is rounding, up to 5e-6 of the whole gradient; here it would be a mistake
        norm = torch.cat([gradient.flatten() for gradient in alone.gradients.values()]).norm()
        for rank in ranks:
            for key, gradient in alone.gradients.items():
                assert (gradient - rank["gradients"][key]).norm() <= 1e-10 * norm, key


if __name__ == "__main__":
    main(*sys.argv[1:])
