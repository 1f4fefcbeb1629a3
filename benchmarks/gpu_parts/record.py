"""What a call has found so far, in a file that is written again with every row."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gpu_parts.apart import Row
from gpu_parts.page import page
from inpaint_zoo.benchmark.machine import describe_machine
from inpaint_zoo.files.atomic import write_text

LISTS = ("parity", "peaks", "eager", "compiled", "loading", "trainings", "scores")
"""What `gpu.json` has rows of."""


class Record:
    """`gpu.json` of a folder, and the page `gpu.md` made from it.

    Args:
        folder: What an earlier call left there stays, if it was made on the same machine with the same sizes.
        about: The machine and the sizes.
    """

    def __init__(self, folder: Path, about: Row) -> None:
        self.folder = folder
        self.content: Row = {"about": about, **{name: [] for name in LISTS}, "notes": {}, "seconds": {}}
        earlier = folder / "gpu.json"
        if earlier.exists():
            stored = json.loads(earlier.read_text(encoding="utf-8"))
            if stored.get("about") == about:
                self.content = stored

    def begin(self, part: str, *names: str) -> None:
        """Forget what there is of a part, with the lists that it fills."""
        self.content.update({name: [] for name in names})
        self.content["notes"].pop(part, None)
        self.save()

    def add(self, name: str, row: Row) -> None:
        """Add a row to a list."""
        self.content[name].append(row)
        self.save()

    def end(self, part: str, seconds: float, note: str | None) -> None:
        """Keep how long a part took, and why it is not complete."""
        self.content["seconds"][part] = round(seconds, 1)
        if note is not None:
            self.content["notes"][part] = note
        self.save()

    def rows(self, name: str) -> Sequence[Row]:
        """The rows of a list."""
        found: Sequence[Row] = self.content[name]
        return found

    def save(self) -> None:
        """Write both files, whole or not at all."""
        write_text(self.folder / "gpu.json", json.dumps(self.content, indent=1) + "\n")
        write_text(self.folder / "gpu.md", page(self.content))


def about(device: str, size: str, batches: Sequence[int]) -> Row:
    """The machine, and the name of the sizes."""
    machine = describe_machine(0)
    found: dict[str, Any] = {
        "device": "CPU" if device == "cpu" else torch.cuda.get_device_name(),
        "memory_gb": None if device == "cpu" else round(torch.cuda.get_device_properties(0).total_memory / 1e9),
        "cpu": machine.cpu,
        "cores": machine.cores,
        "torch": machine.torch,
        "cuda": torch.version.cuda,
        "python": platform.python_version(),
        "size": size,
        "batches": list(batches),
    }
    return found
