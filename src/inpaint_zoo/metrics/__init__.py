"""Metrics of the `standard` protocol, on 8-bit composites, per picture."""

from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, BINS, ratio_bin
from inpaint_zoo.metrics.l1 import l1
from inpaint_zoo.metrics.lpips import LPIPSDistance, MetricUnavailableError, load_lpips
from inpaint_zoo.metrics.pictures import Hole, Picture, to_uint8
from inpaint_zoo.metrics.psnr import PSNR_CAP, batch_psnr, psnr
from inpaint_zoo.metrics.records import Record, SummaryRow, read_records, summarise, write_records, write_summary
from inpaint_zoo.metrics.score import METRICS, score
from inpaint_zoo.metrics.ssim import SSIM, ssim

__all__ = [
    "ALL",
    "BINS",
    "BIN_TITLES",
    "METRICS",
    "PSNR_CAP",
    "SSIM",
    "Hole",
    "LPIPSDistance",
    "MetricUnavailableError",
    "Picture",
    "Record",
    "SummaryRow",
    "batch_psnr",
    "l1",
    "load_lpips",
    "psnr",
    "ratio_bin",
    "read_records",
    "score",
    "ssim",
    "summarise",
    "to_uint8",
    "write_records",
    "write_summary",
]
