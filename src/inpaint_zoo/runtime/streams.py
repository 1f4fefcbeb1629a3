"""What this process prints to."""

from __future__ import annotations

import io
import sys


def replace_unknown_letters() -> None:
    """Print `?` for a letter that the terminal's encoding lacks, such as − or Ü, instead of failing there."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="backslashreplace")  # as Python does unless PYTHONIOENCODING changes it
