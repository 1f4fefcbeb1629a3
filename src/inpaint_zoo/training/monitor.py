"""What trainings are compared by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from omegaconf import DictConfig, OmegaConf


@dataclass(frozen=True)
class Monitor:
    """A metric of the validations, of which a training keeps the best value."""

    name: str = "val/psnr"
    mode: str = "max"
    """`max` where higher values are better, `min` where lower ones are."""

    @classmethod
    def of(cls, config: DictConfig | None) -> Monitor:
        """That of a configuration of `train`, whatever is the matter with it."""
        found = None if config is None else OmegaConf.select(config, "monitor", throw_on_resolution_failure=False)
        mode = None if config is None else OmegaConf.select(config, "mode", throw_on_resolution_failure=False)
        return cls(str(found or cls.name), "min" if mode == "min" else "max")

    def best(self, values: Iterable[float]) -> float | None:
        """The best of some values; None where there are none."""
        return min(values, key=self.rank, default=None)

    def rank(self, value: float | None) -> float:
        """Smaller for better values, largest for none: what to sort by to have the best first."""
        if value is None:
            return float("inf")
        return value if self.mode == "min" else -value


def shown(value: float | None) -> str:
    """A value for a table: 21.25, 0.0312; empty where there is none."""
    return "" if value is None else f"{value:.2f}" if abs(value) >= 1 else f"{value:.4f}"
