"""Which precisions a training may have."""

from __future__ import annotations

import torch
from omegaconf import DictConfig

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import InputError

PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")
"""What the losses and layers are written for: parameters in float32, what suffers from less stays in float32."""
_SHORT = {"32": "32-true", "16": "16-mixed", "bf16": "bf16-mixed"}


def check_precision(config: DictConfig) -> None:
    """Refuse what Lightning would replace or do wrongly without a word.

    Args:
        config: Of `train`.

    Raises:
        InputError: The precision is not offered, or cannot be had with this device or optimizer.
    """
    given = str(config.trainer.precision)
    precision = _SHORT.get(given, given)
    if precision not in PRECISIONS:
        near = did_you_mean(given, PRECISIONS)
        raise InputError(f"trainer.precision={given} is not offered{near} (known: {', '.join(PRECISIONS)})")
    if precision != "16-mixed":
        return
    if _on_cpu(config.trainer.accelerator):
        raise InputError("trainer.precision=16-mixed needs a GPU: on a CPU give trainer.precision=bf16-mixed")
    optimizer = config.model.get("optimizer")
    if optimizer is not None and optimizer.get("fused"):
        raise InputError(
            "model.optimizer.fused=true with trainer.precision=16-mixed: a fused optimizer takes the loss scale out of "
            "the gradients by itself, after they have been clipped; give model.optimizer.fused=false"
        )


def _on_cpu(accelerator: str) -> bool:
    has_gpu = torch.cuda.is_available() or torch.backends.mps.is_available()
    return accelerator == "cpu" or (accelerator == "auto" and not has_gpu)
