"""Seconds that `inpaint-zoo board` takes for many results with made-up records."""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from inpaint_zoo.evaluation.results_file import _estimate_line, _line
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.files.hashing import combined_hash
from inpaint_zoo.metrics import Record
from inpaint_zoo.metrics.score import METRICS

_SCALES: Mapping[str, tuple[float, float]] = {
    "psnr": (25, 2),
    "ssim": (0.8, 0.05),
    "l1": (0.03, 0.005),
    "lpips": (0.2, 0.03),
}
"""Mean and spread of the values of each measure."""


def main() -> None:
    """Print the seconds of the whole command, and the memory of its process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100, help="files of results, with one method each")
    parser.add_argument("--images", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _make(Path(folder), arguments.entries, arguments.images)
        command = [sys.executable, "-m", "inpaint_zoo", "board", folder, f"output={folder}/board"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        started = time.perf_counter()
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        size = (Path(folder) / "board" / "board.html").stat().st_size
    busy = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{arguments.entries} entries of {arguments.images} images: {seconds:.1f} s ({busy:.1f} s of processor time), "
        f"{used.ru_maxrss / 1e6:.1f} GB, page of {size / 1e6:.1f} MB"
    )


def _make(folder: Path, entries: int, images: int) -> None:
    """Write results as `compare` writes them, with numbers that are drawn."""
    template = _template(folder / "template")
    rng = np.random.default_rng(0)
    names = [f"{number:05}.png" for number in range(images)]
    samples = [{**template["samples"][0], "name": name, "photograph": name, "ratio": 0.01 + 0.5 * n / images}
               for n, name in enumerate(names)]  # fmt: skip
    common = {key: rng.normal(size=images) for key in METRICS}
    for number in range(entries):
        records = _records(f"method {number}", samples, common, number / entries, rng)
        identity = {"kind": "classical", "fill": str(number)}
        hashes = {
            "images": combined_hash({one["name"]: one["image"] for one in samples}),
            "masks": combined_hash({one["name"]: one["mask"] for one in samples}),
            f"method method {number}": combined_hash(identity),
        }
        own = {
            "methods": {f"method {number}": identity},
            "hashes": {**template["hashes"], **hashes},
            "samples": samples,
            "estimates": [_estimate_line(*place, one) for place, one in estimates_of(records).items()],
            "records": [_line(record) for record in records],
        }
        path = folder / f"{number}" / "results.json"
        path.parent.mkdir()
        path.write_text(json.dumps(template | own))


def _template(folder: Path) -> dict[str, Any]:
    """A real file of results, of one fill."""
    settings = [
        "data=photographs",
        "size=32",
        "data.eval_repeats=1",
        "data.num_workers=0",
        "lpips=false",
        "costs=false",
    ]
    command = [sys.executable, "-m", "inpaint_zoo", "compare", *settings, "methods.mean=mean", f"output={folder}/out/x"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    content: dict[str, Any] = json.loads((folder / "out" / "x" / "results.json").read_text())
    return content


def _records(
    title: str, samples: list[dict[str, Any]], common: Mapping[str, Any], shift: float, rng: np.random.Generator
) -> list[Record]:
    values = {
        key: mean + spread * (common[key] + 0.1 * shift + 0.5 * rng.normal(size=len(samples)))
        for key in METRICS
        for mean, spread in [_SCALES[key.rpartition("_")[2]]]
    }
    bounded = {key: np.clip(own, 0, 100 if key.endswith("psnr") else 1) for key, own in values.items()}
    return [
        Record(title, one["name"], one["name"], one["ratio"], {key: float(own[n]) for key, own in bounded.items()})
        for n, one in enumerate(samples)
    ]


if __name__ == "__main__":
    main()
