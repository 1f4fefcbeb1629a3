"""How tables title, scale and round each metric."""

from __future__ import annotations

import math
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
        if value is None:
            return MISSING
        return "∞" if value == math.inf else f"{value * self.scale:.{self.digits}f}"

    def show_signed(self, value: float | None) -> str:
        """Rounded text of a difference of recorded values, with its sign."""
        if value is None or not math.isfinite(value):
            return MISSING
        return f"{value * self.scale:+.{self.digits}f}".replace("-", "−")

    def best(self, values: Mapping[str, float | None]) -> set[str]:
        """Names whose shown value nobody beats; nobody is best where there is nothing to compare with."""
        ranked = self._ranked(values)
        return set(ranked[0]) if sum(map(len, ranked)) > 1 else set()

    def second(self, values: Mapping[str, float | None]) -> set[str]:
        """Names whose shown value only the one best name beats; nobody is second to a shared first place."""
        ranked = self._ranked(values)
        return set(ranked[1]) if len(ranked) > 1 and len(ranked[0]) == 1 else set()

    def _ranked(self, values: Mapping[str, float | None]) -> list[list[str]]:
        """Names in groups that look equal, the best first."""
        groups: dict[float, list[str]] = {}
        for name, value in values.items():
            if value is not None:
                groups.setdefault(value if value == math.inf else float(self.show(value)), []).append(name)
        return [groups[value] for value in sorted(groups, reverse=self.higher_is_better)]


HOLE_PSNR = Column("hole_psnr", "PSNR hole", 2, True)
HOLE_SSIM = Column("hole_ssim", "SSIM hole", 4, True)
HOLE_L1 = Column("hole_l1", "L1 hole %", 2, False, 100)
HOLE_LPIPS = Column("hole_lpips", "LPIPS hole", 4, False)
PSNR = Column("psnr", "PSNR", 2, True)
SSIM = Column("ssim", "SSIM", 4, True)
L1 = Column("l1", "L1 %", 2, False, 100)
LPIPS = Column("lpips", "LPIPS", 4, False)
KNOWN_PSNR = Column("known_psnr", "PSNR known", 2, True)
KNOWN_SSIM = Column("known_ssim", "SSIM known", 4, True)
KNOWN_L1 = Column("known_l1", "L1 known %", 2, False, 100)
KNOWN_LPIPS = Column("known_lpips", "LPIPS known", 4, False)

HOLE_COLUMNS = (HOLE_PSNR, HOLE_SSIM, HOLE_L1, HOLE_LPIPS)
IMAGE_COLUMNS = (PSNR, SSIM, L1, LPIPS)
KNOWN_COLUMNS = (KNOWN_PSNR, KNOWN_SSIM, KNOWN_L1, KNOWN_LPIPS)
ALL_COLUMNS = (*HOLE_COLUMNS, *IMAGE_COLUMNS, *KNOWN_COLUMNS)
MAIN_COLUMNS = (HOLE_PSNR, PSNR, SSIM, L1, LPIPS)
"""What fits a terminal."""
SET_COLUMNS = (
    Column("fid", "FID", 2, False),
    Column("u_ids", "U-IDS %", 2, True, 100),
    Column("p_ids", "P-IDS %", 2, True, 100),
)
"""Metrics that have one value for a whole set of pictures."""
