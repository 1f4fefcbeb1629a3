"""Metrics of one image and of a set of images, their records, and the metrics of a protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inpaint_zoo.images.arrays import (
    FloatImageArray,
    Hole,
    ImageArray,
    rounded,
    to_float,
    to_uint8,
    truncated,
)
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, BINS, ratio_bin
from inpaint_zoo.metrics.definition import SET_METRICS, STANDARD_METRICS, Metrics
from inpaint_zoo.metrics.fid import frechet_distance
from inpaint_zoo.metrics.ids import ids_scores
from inpaint_zoo.metrics.inception import load_inception
from inpaint_zoo.metrics.l1 import L1, RelativeL1
from inpaint_zoo.metrics.lpips import LPIPSDistance, load_lpips
from inpaint_zoo.metrics.psnr import PSNR, PSNR_CAP, psnr
from inpaint_zoo.metrics.reading import MeanReading, Measure, Pair
from inpaint_zoo.metrics.records import (
    Record,
    SummaryRow,
    read_records,
    summarise,
    write_records,
    write_summary,
)
from inpaint_zoo.metrics.score import METRICS, score
from inpaint_zoo.metrics.sets import set_notes, set_scores
from inpaint_zoo.metrics.ssim import SSIM, gaussian_window, uniform_window
from inpaint_zoo.metrics.weights import MetricUnavailableError

if TYPE_CHECKING:
    from inpaint_zoo.metrics.per_image import ImageL1, ImageLPIPS, ImagePSNR, ImageScores, ImageSSIM

__all__ = [
    "ALL",
    "BINS",
    "BIN_TITLES",
    "L1",
    "METRICS",
    "PSNR",
    "PSNR_CAP",
    "SET_METRICS",
    "SSIM",
    "STANDARD_METRICS",
    "FloatImageArray",
    "Hole",
    "ImageArray",
    "ImageL1",
    "ImageLPIPS",
    "ImagePSNR",
    "ImageSSIM",
    "ImageScores",
    "LPIPSDistance",
    "MeanReading",
    "Measure",
    "MetricUnavailableError",
    "Metrics",
    "Pair",
    "Record",
    "RelativeL1",
    "SummaryRow",
    "frechet_distance",
    "gaussian_window",
    "ids_scores",
    "load_inception",
    "load_lpips",
    "psnr",
    "ratio_bin",
    "read_records",
    "rounded",
    "score",
    "set_notes",
    "set_scores",
    "summarise",
    "to_float",
    "to_uint8",
    "truncated",
    "uniform_window",
    "write_records",
    "write_summary",
]


def __dir__() -> list[str]:
    # what is not imported yet is there all the same, for `help` and for completion
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> Any:
    # imported on first use: torchmetrics takes seconds to import, and neither fills nor reports need it
    if name in __all__:
        from inpaint_zoo.metrics import per_image  # noqa: PLC0415

        return getattr(per_image, name)
    raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
