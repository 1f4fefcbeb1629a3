"""`results.json`: the numbers, and everything that they depend on, so that they can be checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inpaint_zoo.errors import InputError
from inpaint_zoo.files import write_text
from inpaint_zoo.judging.session import Session
from inpaint_zoo.metrics.records import Record

KIND = "results"
MAXIMUM_BYTES = 500_000_000


def write_results_file(session: Session, records: Sequence[Record], path: Path) -> None:
    """Write `results.json`."""
    evaluation, settings, manifest = session.evaluation, session.settings, session.evaluation.manifest
    content = {
        "kind": KIND,
        "inpaint_zoo": version("inpaint-zoo"),
        "protocol": evaluation.protocol.name,
        "leaks": evaluation.protocol.leaks,
        "hashes": session.hashes(),
        "settings": {**asdict(settings), "data": manifest.data, "mask": manifest.mask, "manifest": None},
        "methods": {title: method.identity() for title, method in session.methods.items()},
        "records": [_line(record) for record in records],
    }
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def _line(record: Record) -> dict[str, Any]:
    # infinity has no place in JSON; NaN is nowhere
    metrics = {key: str(value) if value == float("inf") else value for key, value in record.metrics.items()}
    return {"method": record.method, "name": record.name, "ratio": record.ratio, "metrics": metrics}


def read_results_file(path: Path) -> dict[str, Any]:
    """Read what `write_results_file` wrote.

    Raises:
        InputError: it is something else, or damaged.
    """
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise ValueError(f"it has more than {MAXIMUM_BYTES} bytes")
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.get("kind") != KIND:
            raise ValueError("it has no kind: results")
        needed = ("hashes", "settings", "methods", "records")
        missing = [key for key in needed if key not in content]
        if missing:
            raise ValueError(f"it lacks {', '.join(missing)}")
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"results: {path} is no results.json of `compare` or `evaluate` ({error})") from error
    return content
