"""The notes of a report: sentences that explain its tables."""

from __future__ import annotations

import math
from collections.abc import Sequence

from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.estimates import num_photographs
from inpaint_zoo.evaluation.report.rows import rows_of_bin
from inpaint_zoo.evaluation.significance import CONFIDENCE, NUM_RESAMPLES, SIGNIFICANCE
from inpaint_zoo.metrics.bins import ALL, BIN_TITLES, EVERY_BIN
from inpaint_zoo.metrics.psnr import PSNR_CAP
from inpaint_zoo.metrics.records import SummaryRow
from inpaint_zoo.tables import MISSING, TIE_SIGN

LEAKS = "leaks ground truth"
REGIONS = (
    "PSNR in dB, SSIM, L1 in per cent and LPIPS are computed per image and averaged over images, with the same weight "
    "for every image. “Hole” means hole pixels only; “known” means the other pixels of the method's output; all other "
    "columns are of the composite, which has the known pixels of the original."
)
BINS_NOTE = "Bins are ranges of the share of hole pixels in the masks of the evaluation; the upper limit is included."


def reader_notes(report: Report, rows: Sequence[SummaryRow]) -> list[str]:
    """All notes: those of the report, the protocol, the columns, and the estimates."""
    return [
        *report.notes,
        *protocol_notes(report),
        REGIONS,
        BINS_NOTE,
        *_capped_notes(rows),
        *_unavailable_notes(rows),
        *_unequal_notes(rows),
        *estimate_notes(report),
    ]


def protocol_line(report: Report) -> str:
    """Name of the protocol, and whether it leaks ground truth; empty where the protocol is not known."""
    if report.protocol is None:
        return ""
    return f"protocol {report.protocol.name}{f': {LEAKS}' if report.protocol.leaks else ''}"


def protocol_notes(report: Report) -> list[str]:
    """Name and definitions of the protocol, first of all whether it leaks ground truth."""
    if report.protocol is None:
        return []
    lines = [f"{what}: {how}" for what, how in report.protocol.lines if how != MISSING]
    leak = [f"Protocol {report.protocol.name} {LEAKS}: methods see something of the image inside the hole."]
    definition = [
        f"Protocol {report.protocol.name}. {'; '.join(lines)}." if lines else f"Protocol {report.protocol.name}."
    ]
    return (leak if report.protocol.leaks else []) + definition


def _capped_notes(rows: Sequence[SummaryRow]) -> list[str]:
    everything = rows_of_bin(rows, ALL)
    infinite, capped = (
        [row for row in everything if (row.means["psnr"] == math.inf) == wanted] for wanted in (True, False)
    )
    notes = []
    if any(row.num_capped for row in capped):
        notes.append(
            f"PSNR is capped at {PSNR_CAP:.0f} dB, the value of images equal to their original ({_capped(capped)})."
        )
    if infinite:
        notes.append(
            f"The PSNR of images equal to their original is ∞ ({_capped(infinite)}), and so is every mean over them."
        )
    return notes


def _capped(rows: Sequence[SummaryRow]) -> str:
    return ", ".join(f"{row.method}: {row.num_capped}" for row in rows if row.num_capped)


def _unavailable_notes(rows: Sequence[SummaryRow]) -> list[str]:
    everything = rows_of_bin(rows, ALL)
    without = [c.title for c in ALL_COLUMNS if all(row.means[c.key] is None for row in everything)]
    return [f"Without values: {', '.join(without)}."] if without and everything else []


def _unequal_notes(rows: Sequence[SummaryRow]) -> list[str]:
    everything = rows_of_bin(rows, ALL)
    if len({row.num_images for row in everything}) < 2:
        return []
    counts = ", ".join(f"{row.method}: {row.num_images}" for row in everything)
    return [
        f"Not every method has the same number of images ({counts}): their means are not comparable; differences are "
        "over the images that both methods have."
    ]


def estimate_notes(report: Report) -> list[str]:
    """What intervals and daggers mean."""
    if not report.estimates:
        return []
    notes = [
        f"Confidence intervals ({CONFIDENCE * 100:.0f} %) are percentiles of the means of {_RESAMPLES} bootstrap "
        "resamples of the original photographs, the same ones for every method; images of one photograph are drawn "
        "together.",
        f"{TIE_SIGN} marks methods not significantly different from the best of their bin and metric. A difference is "
        f"significant where p < {SIGNIFICANCE} and the interval of the paired difference does not contain 0. "
        f"p is the p value of a paired permutation test (signs flipped per photograph: {_RESAMPLES} random flips, or "
        "every flip where there are not more) of that pair, not corrected for the number of pairs.",
    ]
    few = [name for name in EVERY_BIN if 0 < num_photographs(report, name) < _FEWEST]
    if few:
        titles = ", ".join(BIN_TITLES[name] for name in few)
        notes.append(f"With fewer than {_FEWEST} photographs no difference can be significant ({titles}).")
    return notes


_RESAMPLES = f"{NUM_RESAMPLES:,}".replace(",", " ")
_FEWEST = next(number for number in range(1, 64) if 2 / 2**number < SIGNIFICANCE)
"""Fewest photographs with which p can be below `SIGNIFICANCE`: the smallest p of all 2^n sign flips is 2 / 2^n."""
