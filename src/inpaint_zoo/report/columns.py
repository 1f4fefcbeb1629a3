"""How tables title, scale and round each metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

MISSING = "–"
"""Shown where a value is not defined or not available."""


class Column(NamedTuple):
    """One metric of a table."""

    key: str
    """Key of the metric in records."""
    title: str
    digits: int
    higher_is_better: bool
    scale: float = 1.0
    """Shown value / recorded value."""

    @property
    def heading(self) -> str:
        """Title with an arrow towards better values."""
        return f"{self.title} {'↑' if self.higher_is_better else '↓'}"

    def show(self, value: float | None) -> str:
        """Rounded text of a recorded value."""
        return MISSING if value is None else f"{value * self.scale:.{self.digits}f}"

    def best(self, values: Mapping[str, float | None]) -> set[str]:
        """Names whose shown value nobody beats; nobody is best where there is nothing to compare with."""
        shown = {name: float(self.show(value)) for name, value in values.items() if value is not None}
        if len(shown) < 2:
            return set()
        winner = max(shown.values()) if self.higher_is_better else min(shown.values())
        return {name for name, value in shown.items() if value == winner}


HOLE_PSNR = Column("hole_psnr", "PSNR hole", 2, True)
HOLE_SSIM = Column("hole_ssim", "SSIM hole", 4, True)
HOLE_L1 = Column("hole_l1", "L1 hole %", 2, False, 100)
PSNR = Column("psnr", "PSNR", 2, True)
SSIM = Column("ssim", "SSIM", 4, True)
L1 = Column("l1", "L1 %", 2, False, 100)
LPIPS = Column("lpips", "LPIPS", 4, False)

MAIN_COLUMNS = (HOLE_PSNR, PSNR, SSIM, L1, LPIPS)
"""What fits a terminal."""
ALL_COLUMNS = (HOLE_PSNR, HOLE_SSIM, HOLE_L1, PSNR, SSIM, L1, LPIPS)
LEGEND = (
    "PSNR in dB, SSIM, L1 in per cent of the full range, LPIPS with AlexNet v0.1: taken per picture on 8-bit "
    "composites and averaged over pictures. “Hole” counts hole pixels only. "
    "Bins are shares of hole pixels, each with its upper edge."
)
