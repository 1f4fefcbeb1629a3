from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from inpaint_zoo.training.summary import start_summary


class Toy(torch.nn.Module):
    """A network of 4 parameters, one beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.network = torch.nn.Linear(1, 2)
        self.beside = torch.nn.Parameter(torch.zeros(1))


@pytest.mark.parametrize(
    ("world_size", "accumulated", "steps"),
    [
        (1, 1, "1,000 steps of 8 images (batch 8)"),
        (2, 3, "1,000 steps of 48 images (batch 8 x 2 processes x 3 batches)"),
    ],
)
def test_every_line(tmp_path: Path, world_size: int, accumulated: int, steps: str) -> None:
    trainer: Any = SimpleNamespace(
        max_steps=1000, world_size=world_size, accumulate_grad_batches=accumulated, precision="bf16-mixed",
        strategy=SimpleNamespace(root_device=torch.device("cpu")),
    )  # fmt: skip
    data: Any = SimpleNamespace(train_dataset=range(12), val_dataset=range(3), size=(32, 64), batch_size=8)
    module: Any = Toy()
    assert start_summary(trainer, module, data, tmp_path).splitlines() == [
        "Toy: 4 parameters in the network, 1 outside of it",
        "12 training images, 3 validation samples, 32x64",
        steps,
        "bf16-mixed on cpu",
        f"run folder: {tmp_path}",
    ]
