"""The columns of tables: title, scale and number of digits of every metric and cost."""

from __future__ import annotations

from inpaint_zoo.tables import Column

HOLE_PSNR = Column("hole_psnr", "PSNR hole", 2, True, kind="hole")
HOLE_SSIM = Column("hole_ssim", "SSIM hole", 4, True, kind="hole")
HOLE_L1 = Column("hole_l1", "L1 hole %", 2, False, 100, kind="hole")
HOLE_LPIPS = Column("hole_lpips", "LPIPS hole", 4, False, kind="hole")
PSNR = Column("psnr", "PSNR", 2, True, kind="image")
SSIM = Column("ssim", "SSIM", 4, True, kind="image")
L1 = Column("l1", "L1 %", 2, False, 100, kind="image")
LPIPS = Column("lpips", "LPIPS", 4, False, kind="image")
KNOWN_PSNR = Column("known_psnr", "PSNR known", 2, True, kind="known")
KNOWN_SSIM = Column("known_ssim", "SSIM known", 4, True, kind="known")
KNOWN_L1 = Column("known_l1", "L1 known %", 2, False, 100, kind="known")
KNOWN_LPIPS = Column("known_lpips", "LPIPS known", 4, False, kind="known")

HOLE_COLUMNS = (HOLE_PSNR, HOLE_SSIM, HOLE_L1, HOLE_LPIPS)
IMAGE_COLUMNS = (PSNR, SSIM, L1, LPIPS)
KNOWN_COLUMNS = (KNOWN_PSNR, KNOWN_SSIM, KNOWN_L1, KNOWN_LPIPS)
ALL_COLUMNS = (*HOLE_COLUMNS, *IMAGE_COLUMNS, *KNOWN_COLUMNS)
MAIN_COLUMNS = (HOLE_PSNR, PSNR, SSIM, L1, LPIPS)
"""The metrics that fit into a terminal."""
SET_COLUMNS = (
    Column("fid", "FID", 2, False),
    Column("u_ids", "U-IDS %", 2, True, 100),
    Column("p_ids", "P-IDS %", 2, True, 100),
)
"""Metrics with one value for the whole set of images."""
COST_COLUMNS = (
    Column("parameters", "Parameters (10⁶)", 3, False, 1e-6),
    Column("gflop", "GFLOP", 1, False),
    Column("seconds", "Seconds", 4, False),
    Column("peak_memory_mb", "Peak memory (MB)", 0, False),
)
"""What a method costs per image."""
METRIC = Column("metric", "Metric", is_text=True, groups=True)
METHOD = Column("method", "Method", is_text=True)
