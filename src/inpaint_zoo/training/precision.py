"""The numerical precisions that a training may use."""

from __future__ import annotations

import torch
from omegaconf import DictConfig

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import InputError

PRECISIONS = ("32-true", "bf16-mixed", "16-mixed")
"""Those that losses and layers are written for: parameters, and operations that need it, stay in float32."""
_SHORT = {"32": "32-true", "16": "16-mixed", "bf16": "bf16-mixed"}


def check_precision(config: DictConfig) -> None:
    """Refuse precisions that Lightning would silently replace or handle wrongly.

    Args:
        config: The configuration of `train`.

    Raises:
        InputError: The precision is unknown, or does not work with this device or optimizer.
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
            "model.optimizer.fused=true with trainer.precision=16-mixed: a fused optimizer removes the loss scale "
            "from the gradients itself, after they have been clipped; give model.optimizer.fused=false"
        )


def _on_cpu(accelerator: str) -> bool:
    has_gpu = torch.cuda.is_available() or torch.backends.mps.is_available()
    return accelerator == "cpu" or (accelerator == "auto" and not has_gpu)
