"""The states of all random number generators of a process, as plain values for a checkpoint."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import torch


def random_states() -> dict[str, Any]:
    """The states of the generators of Python, NumPy and torch, including those of all CUDA devices."""
    name, numbers, *rest = np.random.get_state(legacy=True)
    states = {
        "python": random.getstate(),
        "numpy": (name, torch.from_numpy(np.asarray(numbers, dtype=np.int64)), *rest),
        "torch": torch.get_rng_state(),
    }
    if torch.cuda.is_available():
        states["cuda"] = torch.cuda.get_rng_state_all()
    return states


def restore_random_states(states: dict[str, Any]) -> None:
    """Restore what `random_states` returned; devices that this machine lacks are skipped."""
    version, numbers, gauss = states["python"]
    random.setstate((version, tuple(numbers), gauss))
    name, numbers, *rest = states["numpy"]
    np.random.set_state((name, numbers.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(states["torch"].cpu())
    for device, state in enumerate(states.get("cuda", ())[: torch.cuda.device_count()]):
        torch.cuda.set_rng_state(state.cpu(), device)
