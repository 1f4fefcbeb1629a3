"""The notes of a report: sentences that explain its tables."""

from __future__ import annotations

import math
from collections.abc import Sequence

from inpaint_zoo.evaluation.report.columns import ALL_COLUMNS
from inpaint_zoo.evaluation.report.content import Report
from inpaint_zoo.evaluation.report.estimates import has_too_few, too_few_note
from inpaint_zoo.evaluation.report.rows import rows_of_bin
from inpaint_zoo.evaluation.significance import CONFIDENCE, NUM_RESAMPLES, SIGNIFICANCE
from inpaint_zoo.metrics.bins import ALL, EVERY_BIN
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
    """What intervals, daggers, p values and letters mean, and where there are too few photographs for them."""
    found = report.estimates.values()
    few = [name for name in EVERY_BIN if has_too_few(report, name)]
    return [
        *([_INTERVALS] if any(one.interval for one in found) else []),
        *([_TIES, CORRECTION, _FLIPS, _LETTERS] if any(one.letters for one in found) else []),
        *([too_few_note(few)] if few else []),
    ]


_RESAMPLES = f"{NUM_RESAMPLES:,}".replace(",", " ")
CORRECTION = (
    "p values are corrected for all pairs of methods of a column (max-T permutation test): equal methods are told "
    f"apart in at most {SIGNIFICANCE * 100:.0f} % of columns, although the best is chosen on the same images."
)
_INTERVALS = (
    f"Confidence intervals ({CONFIDENCE * 100:.0f} %) are Student's t over the original photographs, widened for the "
    "skewness of their values; images of one photograph count together. Each is of its mean or difference alone."
)
_TIES = (
    f"{TIE_SIGN} marks methods not significantly different from the best of their bin and metric: p ≥ {SIGNIFICANCE}, "
    "or the interval of the paired difference contains 0."
)
_FLIPS = (
    f"The test flips the signs of all differences of a photograph together, {_RESAMPLES} times at random, or in every "
    "way where there are not more."
)
_LETTERS = "Letters: two methods have one in common where their difference is not significant in this bin and metric."
