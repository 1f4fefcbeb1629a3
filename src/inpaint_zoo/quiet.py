"""Libraries that speak without being asked, kept to warnings that concern the user."""

from __future__ import annotations

import logging
import warnings


def quiet_libraries() -> None:
    """Silence Lightning's banners and its advice on settings that this project chooses on purpose."""
    for name in ("pytorch_lightning", "lightning.pytorch", "lightning_fabric"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for advice in (
        r".*does not have many workers.*",  # num_workers is the user's choice
        r".*Checkpoint directory .* exists and is not empty.*",  # resuming into a run folder is intended
        r".*isinstance\(treespec, LeafSpec\).*",  # Lightning's own call of torch, not the user's
        r".*The number of training batches .* is smaller than the logging interval.*",
    ):
        warnings.filterwarnings("ignore", advice)
