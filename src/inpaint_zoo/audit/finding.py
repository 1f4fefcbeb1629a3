"""What one test of an audit says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from textwrap import shorten


class Verdict(Enum):
    """What a test says; only FAIL lets an audit fail."""

    PASS = "pass"
    FAIL = "FAIL"
    WARNING = "warning"
    """Worth knowing, but not a reason to distrust numbers."""
    INFORMATION = "info"
    NOT_APPLICABLE = "n/a"


@dataclass(frozen=True)
class Finding:
    """The verdict of a test, and what was seen."""

    verdict: Verdict
    seen: str


def passed(seen: str) -> Finding:
    """A test that found nothing wrong."""
    return Finding(Verdict.PASS, seen)


def failed(seen: str) -> Finding:
    """A fault that makes numbers worthless."""
    return Finding(Verdict.FAIL, seen)


def warned(seen: str) -> Finding:
    """Something worth knowing."""
    return Finding(Verdict.WARNING, seen)


def informed(seen: str) -> Finding:
    """A number without a judgement."""
    return Finding(Verdict.INFORMATION, seen)


def not_applicable(why: str) -> Finding:
    """A test that this method cannot be put to."""
    return Finding(Verdict.NOT_APPLICABLE, why)


def refusal(error: Exception) -> str:
    """That a method has refused a call, and the beginning of why."""
    return f"refused: {shorten(str(error), 70, placeholder=' …')}"
