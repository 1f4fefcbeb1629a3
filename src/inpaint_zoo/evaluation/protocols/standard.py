"""The protocol of this library."""

from __future__ import annotations

from inpaint_zoo.evaluation.protocols.base import Protocol


class StandardProtocol(Protocol):
    """Squares from the centre, 8-bit composites, metrics equal to those of the usual libraries."""

    name = "standard"
