"""Running the network in the middle of training without leaving a trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities.seed import isolate_rng

from inpaint_zoo.training.callbacks.ema import EMA


@contextmanager
def evaluation_mode(trainer: pl.Trainer, module: pl.LightningModule) -> Iterator[None]:
    """Evaluation mode, no gradients, the averaged weights where there are any, the precision of the training.

    Afterwards weights, buffers, each layer's mode and all random number generators are what they were.
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
            # not train(), which knows nothing of layers that are kept in evaluation mode
            for layer, was_training in training.items():
                layer.training = was_training
            for average in averages:
                average.on_validation_epoch_end(trainer, module)
