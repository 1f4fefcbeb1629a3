"""The content of a report, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inpaint_zoo.evaluation.report.cost import Cost
from inpaint_zoo.evaluation.report.images import Case
from inpaint_zoo.evaluation.significance import Estimate
from inpaint_zoo.metrics.records import Record


@dataclass(frozen=True)
class ProtocolCard:
    """The description of a protocol: what is measured, and how."""

    name: str
    lines: Sequence[tuple[str, str]] = ()
    """Pairs of title and text, in the order of the table."""
    leaks: bool = False
    """Whether methods see something of the image inside the hole."""


@dataclass(frozen=True)
class Report:
    """The content of tables, grid and page."""

    title: str
    records: Sequence[Record]
    cases: Sequence[Case]
    """The images, each with a record for every composite."""
    notes: Sequence[str] = ()
    """Remarks for the reader, such as why a metric is not available, or how a method was trained."""
    reference: str | None = None
    """The method to which the others are compared, where one was chosen."""
    config: str = ""
    """The configuration, as YAML text."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of the software, by name."""
    protocol: ProtocolCard | None = None
    """None where the protocol is not known."""
    costs: Mapping[str, Cost] = field(default_factory=dict)
    """By method; methods may be missing."""
    set_scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By method, then by `fid`, `u_ids` or `p_ids`: metrics of the whole set of images."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """Hashes of everything that the numbers depend on (images, masks, weights, protocol, code), by name."""
    estimates: Mapping[tuple[str, str, str], Estimate] = field(default_factory=dict)
    """Estimates of the means, by (bin, method, key of the metric); means may be missing."""
