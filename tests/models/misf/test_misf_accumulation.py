"""Batches of 2 or 1, accumulated, against one batch of 4: when they are the same, and when they cannot be."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from inpaint_zoo.batch import Batch
from inpaint_zoo.models.misf import MISF

pytestmark = pytest.mark.filterwarnings(
    "ignore:You defined a `validation_step`", "ignore:.*does not have many workers", "ignore:.*LeafSpec",
    "ignore:.*in eval mode at the start of training",
)  # fmt: skip


def batches(size: int, *, equal_ratios: bool) -> list[Batch]:
    rng = torch.Generator().manual_seed(1)
    image, mask = torch.rand(4, 3, 32, 32, generator=rng), torch.zeros(4, 1, 32, 32)
    for number in range(4):
        side = 16 if equal_ratios else 8 + 5 * number
        mask[number, :, number : number + side, 2 * number : 2 * number + side] = 1
    return [Batch(image=image[i : i + size], mask=mask[i : i + size], name=["x"] * size) for i in range(0, 4, size)]


class Gradients(pl.Callback):
    """Keeps the gradients of both networks, just before a step."""

    def on_before_optimizer_step(self, trainer: pl.Trainer, pl_module: pl.LightningModule, *_: Any) -> None:
        self.values = torch.cat([value.grad.flatten() for value in pl_module.parameters() if value.grad is not None])


def gradients(size: int, *, equal_ratios: bool = True, evaluation: bool = True, precision: Any = "32-true") -> Tensor:
    """The gradients of one step; with `evaluation`, D is in eval mode with converged spectral norms."""
    torch.manual_seed(0)
    module = MISF(
        network={"base_channels": 8, "num_residual_blocks": 1},
        discriminator={"base_channels": 8},
        discriminator_lr_scale=0.1,
        adversarial_loss="non_saturating",
        loss_network="random",
        loss_weights={"l1": 1.0, "perceptual": 0.1, "style": 250.0, "adversarial": 0.1, "discriminator": 1.0},
        optimizer=partial(torch.optim.SGD, lr=1.0),
    )
    if evaluation:
        for _ in range(50):
            module.discriminator(torch.rand(1, 3, 32, 32))
        module.discriminator.eval()
    kept = Gradients()
    settings: dict[str, Any] = {"enable_checkpointing": False, "enable_progress_bar": False, "logger": False}
    trainer = pl.Trainer(
        max_steps=1, accumulate_grad_batches=4 // size, accelerator="cpu", callbacks=[kept],
        enable_model_summary=False, precision=precision, **settings,
    )  # fmt: skip
    data: Any = batches(size, equal_ratios=equal_ratios)
    trainer.fit(module, DataLoader(data, batch_size=None))
    assert trainer.global_step == 1
    return kept.values


def difference(one: Tensor, other: Tensor) -> float:
    return float((one - other).norm() / one.norm())


@pytest.mark.parametrize(
    ("size", "precision", "bound"), [(2, "32-true", 1e-5), (2, "64-true", 1e-10), (1, "64-true", 1e-10)]
)
def test_accumulated_gradients_are_those_of_the_large_batch(size: int, precision: str, bound: float) -> None:
    """In float32 a batch of 1 is computed in another order; rounding alone moves these gradients by 4e-3."""
    assert difference(gradients(4, precision=precision), gradients(size, precision=precision)) < bound


def test_masks_of_different_ratios_and_spectral_norms_that_move_make_a_difference() -> None:
    """The loss divides by the mean hole of a batch, and each pass through D moves its spectral norms."""
    assert difference(gradients(4, equal_ratios=False), gradients(2, equal_ratios=False)) > 1e-3
    assert difference(gradients(4, evaluation=False), gradients(2, evaluation=False)) > 1e-4
