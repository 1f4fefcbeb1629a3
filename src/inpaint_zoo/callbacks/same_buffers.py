"""Every process validates the network that the checkpoint holds."""

from __future__ import annotations

import pytorch_lightning as pl
from torch import distributed as dist


class SameBuffers(pl.Callback):
    """Hands the buffers of the first process to the others before a validation.

    Batch normalisation keeps running statistics of each process' own batches; checkpoints hold those of the first
    process, and DDP spreads these only with the next training step.
    """

    def on_validation_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Spread them."""
        if trainer.world_size > 1:
            for buffer in pl_module.buffers():
                dist.broadcast(buffer, src=0)
