"""What a verification finds, as lines for people."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Findings:
    """What a verification found; each text is one line."""

    different: list[str] = field(default_factory=list)
    """Numbers, names and files that are not what was computed."""
    hashes: list[str] = field(default_factory=list)
    """Inputs that are not those of the evaluation."""
    notices: list[str] = field(default_factory=list)
    """What has changed and changes no number."""
    not_covered: list[str] = field(default_factory=list)
    """What was not compared, and why."""
    num_records: int = 0
    """How many were compared."""

    def lines(self) -> list[str]:
        """All of them, those that matter first."""
        return [*self.hashes, *self.different, *self.notices, *(f"not covered: {line}" for line in self.not_covered)]
