"""The audit of a data set: unreadable files, duplicates, images shared by splits, likely mistakes in masks."""

from inpaint_zoo.data.audit.cache import FactsCache
from inpaint_zoo.data.audit.diagnosis import Diagnosis, MaskSummary, diagnose
from inpaint_zoo.data.audit.facts import ImageFacts, MaskFacts, examine_image, examine_mask
from inpaint_zoo.data.audit.finding import Finding, Item
from inpaint_zoo.data.audit.reading import examined
from inpaint_zoo.data.audit.report import WRITTEN, summary, write_report

__all__ = [
    "WRITTEN",
    "Diagnosis",
    "FactsCache",
    "Finding",
    "ImageFacts",
    "Item",
    "MaskFacts",
    "MaskSummary",
    "diagnose",
    "examine_image",
    "examine_mask",
    "examined",
    "summary",
    "write_report",
]
