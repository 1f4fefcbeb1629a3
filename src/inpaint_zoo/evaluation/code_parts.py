"""The code in parts, each with its hash: where two versions differ, it can be said which numbers that could touch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from inpaint_zoo.files.hashing import code_hashes, combined_hash

EVERY_NUMBER = "every number"
OTHERS = "others"
"""The part of all that no other part has: training, commands, pages of other verbs."""
TOUCHES: Mapping[str, str] = {
    "data": EVERY_NUMBER,
    "protocols": EVERY_NUMBER,
    "evaluation": EVERY_NUMBER,
    "filling": "what methods fill in, and with it every number",
    "metrics": "every record, FID, U-IDS and P-IDS, and all that follows from them",
    "statistics": "intervals, differences, p values and letters",
    "tables": "the form of tables, of the grid and of report.html",
    "costs": "parameters, operations, seconds and memory",
    OTHERS: "no number",
}
"""By part: what its code could touch."""
_FOLDERS: Mapping[str, str] = {
    "src/data": "data",
    "src/images": "data",
    "src/masks": "data",
    "conf/data": "data",
    "conf/mask": "data",
    "src/evaluation/protocols": "protocols",
    "conf/protocol": "protocols",
    "src/evaluation/methods": "filling",
    "src/bundles": "filling",
    "src/inference": "filling",
    "src/layers": "filling",
    "src/models": "filling",
    "src/spandrel.py": "filling",
    "src/zoo.py": "filling",
    "conf/model": "filling",
    "src/metrics": "metrics",
    "src/evaluation/significance": "statistics",
    "src/evaluation/board": OTHERS,
    "src/evaluation/report": "tables",
    "src/pages": "tables",
    "src/tables": "tables",
    "src/benchmark": "costs",
    "src/evaluation/verification": OTHERS,
    "src/evaluation": "evaluation",
    "src/batch.py": "evaluation",
    "src/checks.py": "evaluation",
    "src/cli/compare.py": "evaluation",
    "src/cli/evaluate.py": "evaluation",
    "src/config": "evaluation",
    "src/errors.py": "evaluation",
    "src/files": "evaluation",
    "src/runtime": "evaluation",
}
"""The part of each folder or file; of two that hold a file, the first counts."""


def code_parts(conf: Path) -> dict[str, str]:
    """The hash of each part of the code, by the names of `TOUCHES`.

    Args:
        conf: The folder of the configuration.
    """
    parts: dict[str, dict[str, str]] = {name: {} for name in TOUCHES}
    for path, digest in code_hashes(conf).items():
        parts[part_of(path)][path] = digest
    return {name: combined_hash(hashes) for name, hashes in parts.items()}


def part_of(path: str) -> str:
    """The part that a file belongs to, such as `metrics` for `src/metrics/psnr.py`."""
    above = (part for folder, part in _FOLDERS.items() if path == folder or path.startswith(f"{folder}/"))
    return next(above, OTHERS)
