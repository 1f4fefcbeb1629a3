"""Writing lists of samples as JSON files: evaluation sets, masks, results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from inpaint_zoo.files.atomic import write_bytes


def write_samples(
    path: Path, kind: str, head: Mapping[str, Any], samples: Iterable[Mapping[str, Any]], key: str = "samples"
) -> None:
    """Write a JSON object atomically, with one line per entry and per sample.

    Args:
        path: The file.
        kind: The kind of file, by which readers recognise it.
        head: Entries that hold for all samples, as plain values.
        samples: As plain values, without infinity and NaN.
        key: Name of the last entry, which holds the samples.

    Raises:
        InputError: It cannot be written.
    """
    head = {"inpaint_zoo": version("inpaint-zoo"), "kind": kind, **head}
    entries = [f"{_json(name)}: {_json(value)}" for name, value in head.items()]
    lines = ",\n".join(f"  {_json(sample)}" for sample in samples)
    text = "{\n" + ",\n".join([*entries, f"{_json(key)}: [\n{lines}\n]"]) + "\n}\n"
    write_bytes(path, [text.encode()])


def _json(value: object) -> str:
    return json.dumps(value, allow_nan=False)
