"""Less memory for activations in training."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, cast

import pytorch_lightning as pl
from torch import Tensor

from inpaint_zoo.checks import true_or_false
from inpaint_zoo.layers.recomputation import recomputed
from inpaint_zoo.models.base import InpaintingModule


def optional_activation_checkpointing(enabled: bool = False) -> ActivationCheckpointing | None:
    """An `ActivationCheckpointing`, or None: the callback is then left out."""
    return ActivationCheckpointing() if true_or_false(enabled, "activation_checkpointing") else None


class ActivationCheckpointing(pl.Callback):
    """Let the blocks of the generator keep their inputs alone; see `layers.recomputation`.

    Losses, loss networks and discriminators are computed as usual.
    """

    def __init__(self) -> None:
        self._recomputed = ExitStack()

    def on_train_batch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule, batch: Any, index: int) -> None:
        """From here on, blocks are computed again in the backward pass."""
        self._recomputed.enter_context(recomputed(cast(InpaintingModule, pl_module).network))

    def on_before_backward(self, trainer: pl.Trainer, pl_module: pl.LightningModule, loss: Tensor) -> None:
        """What the backward pass needs is known."""
        self._recomputed.close()

    def on_exception(self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException) -> None:
        """The network is left as it was."""
        self._recomputed.close()
