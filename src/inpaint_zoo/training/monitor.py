"""The monitored metric, by which checkpoints are kept and trainings compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from omegaconf import DictConfig, OmegaConf


@dataclass(frozen=True)
class Monitor:
    """A validation metric; a training keeps the checkpoint with its best value."""

    name: str = "val/psnr"
    mode: str = "max"
    """`max` if higher values are better, `min` if lower ones are."""

    @classmethod
    def of(cls, config: DictConfig | None) -> Monitor:
        """The one that a configuration of `train` names; the default if the configuration is missing or broken."""
        found = None if config is None else OmegaConf.select(config, "monitor", throw_on_resolution_failure=False)
        mode = None if config is None else OmegaConf.select(config, "mode", throw_on_resolution_failure=False)
        return cls(str(found or cls.name), "min" if mode == "min" else "max")

    def best(self, values: Iterable[float]) -> float | None:
        """The best of some values; None if there are none."""
        return min(values, key=self.rank, default=None)

    def rank(self, value: float | None) -> float:
        """A sort key that puts the best value first and None last."""
        if value is None:
            return float("inf")
        return value if self.mode == "min" else -value


def format_value(value: float | None) -> str:
    """A value for a table: 21.25, 0.0312; empty for None."""
    return "" if value is None else f"{value:.2f}" if abs(value) >= 1 else f"{value:.4f}"
