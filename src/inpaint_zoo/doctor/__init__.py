"""Examines the files of a data set: what cannot be read, what is there twice, what would leak, what masks look like."""

from inpaint_zoo.doctor.diagnosis import Diagnosis, MaskSummary, diagnose
from inpaint_zoo.doctor.facts import MaskFacts, PictureFacts, examine_mask, examine_picture
from inpaint_zoo.doctor.finding import Finding, Item
from inpaint_zoo.doctor.ledger import Ledger
from inpaint_zoo.doctor.pictures import Preparation
from inpaint_zoo.doctor.reading import examined
from inpaint_zoo.doctor.report import summary, write_report

__all__ = [
    "Diagnosis",
    "Finding",
    "Item",
    "Ledger",
    "MaskFacts",
    "MaskSummary",
    "PictureFacts",
    "Preparation",
    "diagnose",
    "examine_mask",
    "examine_picture",
    "examined",
    "summary",
    "write_report",
]
