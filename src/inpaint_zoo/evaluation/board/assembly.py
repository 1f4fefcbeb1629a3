"""All results of a board, each checked by itself, beside its files, and beside the others."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from inpaint_zoo.evaluation.board.entries import Entry, read_entry
from inpaint_zoo.evaluation.board.files import Checker
from inpaint_zoo.evaluation.board.mixing import all_records, refuse_mixed
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.runtime.progress import tracked


def assembled(files: Sequence[Path], checker: Checker) -> tuple[list[Entry], list[Record]]:
    """Read and check results.

    Args:
        files: Each a `results.json`.
        checker: Of what lies beside them.

    Returns:
        The results, and the records of every method, each method once.

    Raises:
        InputError: Results contradict themselves, their files or each other, or may not stand on one board.
    """
    entries = [read_entry(path) for path in tracked(files, len(files), "results")]
    refuse_mixed(entries)
    records = all_records(entries)
    for entry in tracked(entries, len(entries), "checks"):
        with tempfile.TemporaryDirectory() as spare:
            checker.check(entry, Path(spare))
    return entries, records
