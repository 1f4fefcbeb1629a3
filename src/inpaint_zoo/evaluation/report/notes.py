"""What a reader of the tables must know, in sentences."""

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
    "PSNR in dB, SSIM, L1 in per cent and LPIPS are taken per image and averaged over images, each of which weighs "
    "the same. “Hole” counts hole pixels only; “known” counts the other pixels of what a method handed over; all else "
    "is taken on the composite, whose known pixels are the original's."
)
BINS_NOTE = "Bins are shares of hole pixels in the masks as used, each with its upper edge."


def reader_notes(report: Report, rows: Sequence[SummaryRow]) -> list[str]:
    """The report's own notes, what was measured under which protocol, and how sure the numbers are."""
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
    """Name of the protocol, with its leak if it has one; empty where the protocol is not known."""
    if report.protocol is None:
        return ""
    return f"protocol {report.protocol.name}{f': {LEAKS}' if report.protocol.leaks else ''}"


def protocol_notes(report: Report) -> list[str]:
    """Name and definitions of the protocol, its leak first."""
    if report.protocol is None:
        return []
    lines = [f"{what}: {how}" for what, how in report.protocol.lines if how != MISSING]
    leak = [f"Protocol {report.protocol.name} {LEAKS}: methods see something of the image inside the hole."]
    said = [f"Protocol {report.protocol.name}. {'; '.join(lines)}." if lines else f"Protocol {report.protocol.name}."]
    return (leak if report.protocol.leaks else []) + said


def _capped_notes(rows: Sequence[SummaryRow]) -> list[str]:
    everything = rows_of_bin(rows, ALL)
    infinite, capped = (
        [row for row in everything if (row.means["psnr"] == math.inf) == wanted] for wanted in (True, False)
    )
    notes = []
    if any(row.num_capped for row in capped):
        notes.append(
            f"PSNR is capped at {PSNR_CAP:.0f} dB, which images equal to their original get ({_capped(capped)})."
        )
    if infinite:
        notes.append(f"The PSNR of images equal to their original is ∞ ({_capped(infinite)}): so is a mean over them.")
    return notes


def _capped(rows: Sequence[SummaryRow]) -> str:
    return ", ".join(f"{row.method}: {row.num_capped}" for row in rows if row.num_capped)


def _unavailable_notes(rows: Sequence[SummaryRow]) -> list[str]:
    everything = rows_of_bin(rows, ALL)
    without = [c.title for c in ALL_COLUMNS if all(row.means[c.key] is None for row in everything)]
    return [f"No value here: {', '.join(without)}."] if without and everything else []


def _unequal_notes(rows: Sequence[SummaryRow]) -> list[str]:
    everything = rows_of_bin(rows, ALL)
    if len({row.num_images for row in everything}) < 2:
        return []
    counts = ", ".join(f"{row.method}: {row.num_images}" for row in everything)
    return [
        f"Not every method has the same number of images ({counts}): their means do not compare; differences are "
        "taken over the images that both have."
    ]


def estimate_notes(report: Report) -> list[str]:
    """What intervals and the sign of a tie mean."""
    if not report.estimates_of:
        return []
    notes = [
        f"Intervals hold {CONFIDENCE * 100:.0f} % of the means of {_RESAMPLES} bootstrap resamples of the source "
        "photographs, the same for every method; images of one photograph stay together.",
        f"{TIE_SIGN} marks a method that is not told apart from the best of its bin and metric. Two methods are told "
        f"apart where p < {SIGNIFICANCE} and the interval of their paired difference does not hold 0. p is of a paired "
        f"permutation test (signs flipped per photograph: {_RESAMPLES} random flips, or every flip where there are "
        "no more) of that pair alone, not corrected for the number of pairs.",
    ]
    few = [name for name in EVERY_BIN if 0 < num_photographs(report, name) < _FEWEST]
    if few:
        titles = ", ".join(BIN_TITLES[name] for name in few)
        notes.append(f"With fewer than {_FEWEST} photographs no two methods can be told apart ({titles}).")
    return notes


_RESAMPLES = f"{NUM_RESAMPLES:,}".replace(",", " ")
_FEWEST = next(number for number in range(1, 64) if 2 / 2**number < SIGNIFICANCE)
"""Photographs whose sign flips allow a p value below the limit: the observed signs and their opposite, of 2^n."""
