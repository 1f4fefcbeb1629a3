"""Examines the files of a data set: what cannot be read, what is there twice, what would leak, what masks look like."""

from inpaint_zoo.data.audit.cache import Ledger
from inpaint_zoo.data.audit.diagnosis import Diagnosis, MaskSummary, diagnose
from inpaint_zoo.data.audit.facts import ImageFacts, MaskFacts, examine_image, examine_mask
from inpaint_zoo.data.audit.finding import Finding, Item
from inpaint_zoo.data.audit.image_findings import Preparation
from inpaint_zoo.data.audit.reading import examined
from inpaint_zoo.data.audit.report import summary, write_report

__all__ = [
    "Diagnosis",
    "Finding",
    "ImageFacts",
    "Item",
    "Ledger",
    "MaskFacts",
    "MaskSummary",
    "Preparation",
    "diagnose",
    "examine_image",
    "examine_mask",
    "examined",
    "summary",
    "write_report",
]
