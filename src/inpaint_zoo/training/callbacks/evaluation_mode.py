"""Run the network during training without any effect on the training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities.seed import isolate_rng

from inpaint_zoo.training.callbacks.ema import EMA


@contextmanager
def evaluation_mode(trainer: pl.Trainer, module: pl.LightningModule) -> Iterator[None]:
    """Evaluation mode without gradients, in the precision of the training, with the EMA weights if there are any.

    Afterwards, weights, buffers, the mode of each layer and all random states are the same as before.
    """
    training = {layer: layer.training for layer in module.modules()}
    averages = [callback for callback in trainer.callbacks if isinstance(callback, EMA)]  # type: ignore[attr-defined]
    with isolate_rng(), torch.no_grad(), trainer.precision_plugin.forward_context():
        for average in averages:
            average.on_validation_epoch_start(trainer, module)
        module.eval()
        try:
            yield
        finally:
            # not train(), which would also change layers that training keeps in evaluation mode
            for layer, was_training in training.items():
                layer.training = was_training
            for average in averages:
                average.on_validation_epoch_end(trainer, module)
