"""An audit for people, in lines of 80 columns and as a page, and for programs, as JSON."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from inpaint_zoo.audit.battery import TESTS, faults
from inpaint_zoo.audit.finding import Finding, Verdict
from inpaint_zoo.audit.subject import Subject
from inpaint_zoo.pages import page_environment
from inpaint_zoo.tables import WIDTH, printable

_INDENT = 30
"""Columns before what was seen."""
_COUNTED = {
    Verdict.FAIL: "failed",
    Verdict.PASS: "passed",
    Verdict.WARNING: "with a warning",
    Verdict.INFORMATION: "for information",
    Verdict.NOT_APPLICABLE: "not applicable",
}


@dataclass(frozen=True)
class Audit:
    """What all tests say of a method."""

    subject: Subject
    size: int
    """Side of most images, pixels."""
    findings: Mapping[str, Finding]
    """By title of the test."""
    protocol: str
    """Under which networks of this package run."""
    version: str
    """Of this package."""

    def summary(self) -> str:
        """How many tests say what."""
        counts = Counter(finding.verdict for finding in self.findings.values())
        return ", ".join(f"{counts[verdict]} {word}" for verdict, word in _COUNTED.items() if counts[verdict])


def lines(audit: Audit) -> Iterator[str]:
    """What is printed."""
    subject = audit.subject
    yield from textwrap.wrap(
        f"{subject.name}: {subject.kind}; {subject.form}; {audit.size}x{audit.size}", WIDTH, subsequent_indent="  "
    )
    for title, finding in audit.findings.items():
        yield from textwrap.wrap(
            f"  {finding.verdict.value:<9}{title:<{_INDENT - 11}}{finding.seen}",
            WIDTH,
            subsequent_indent=" " * _INDENT,
            break_on_hyphens=False,
        )
    yield audit.summary()


def as_json(audit: Audit) -> str:
    """The same as a JSON object."""
    content = {
        "kind": "inpaint-zoo audit",
        "version": audit.version,
        "method": audit.subject.name,
        "method_kind": audit.subject.kind,
        "form": str(audit.subject.form),
        "size": audit.size,
        "protocol": audit.protocol,
        "failed": faults(audit.findings),
        "tests": {
            title: {"verdict": finding.verdict.value, "seen": finding.seen} for title, finding in audit.findings.items()
        },
    }
    return f"{json.dumps(content, indent=2, ensure_ascii=False)}\n"


def as_html(audit: Audit) -> str:
    """The same as a page that needs nothing else."""
    environment = page_environment(Path(__file__).parent / "page")
    environment.filters["printable"] = printable
    tested = {title: (test.__doc__ or "").partition("\n")[0] for title, test in TESTS.items()}
    return environment.get_template("audit.html.j2").render(
        audit=audit, faults=faults(audit.findings), tested=tested, counts=audit.summary()
    )
