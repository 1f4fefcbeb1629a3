"""Everything that a report is made of, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inpaint_zoo.evaluation.report.cost import Cost
from inpaint_zoo.evaluation.report.images import Case
from inpaint_zoo.evaluation.significance import Estimate
from inpaint_zoo.metrics.records import Record


@dataclass(frozen=True)
class ProtocolCard:
    """What was measured, and how, in words."""

    name: str
    lines: Sequence[tuple[str, str]] = ()
    """(what, how it is done), in the order of the table."""
    leaks: bool = False
    """Whether methods see something of the image inside the hole."""


@dataclass(frozen=True)
class Report:
    """Everything that tables, grid and page are made of."""

    title: str
    records: Sequence[Record]
    cases: Sequence[Case]
    """Images, each with a record for every composite."""
    notes: Sequence[str] = ()
    """Remarks for the reader: why a metric is not available, how a method was trained."""
    reference: str | None = None
    """The method that the others' distance is given to, where one was named."""
    config: str = ""
    """The configuration, as YAML text."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Versions of what took part, by name."""
    protocol: ProtocolCard | None = None
    """None where the protocol is not known."""
    costs: Mapping[str, Cost] = field(default_factory=dict)
    """By method; a method may be missing."""
    set_scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By method, then by `fid`, `u_ids` or `p_ids`: one number for the whole set of images."""
    hashes: Mapping[str, str] = field(default_factory=dict)
    """Hashes of what the numbers depend on (images, masks, weights, protocol, code), by name."""
    estimates_of: Mapping[tuple[str, str, str], Estimate] = field(default_factory=dict)
    """How sure each mean is, by (bin, method, key of the metric); a mean may be missing."""
