"""The card of a trained network: Markdown for people below entries for programs, as model hubs read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from inpaint_zoo.errors import DamagedFileError

NAME = "README.md"
"""The card's file in a folder with a network; the packaged networks have it as `MODEL.md` beside their file."""
BINS = ("0-20", "20-40", "40-60", "all")
"""Bins of the hole ratio whose means cards have."""
Numbers = Mapping[str, Mapping[str, float]]
"""Means of a method: by the key of a metric (`hole_psnr` in dB, `lpips`), by the bin of the hole ratio (`20-40`)."""
_FRONT = re.compile(r"---\n(.*?)\n---\n", re.DOTALL)


@dataclass(frozen=True)
class Card:
    """What a card tells programs."""

    model: str
    licence: str
    """As hubs write it: `mit`, `cc-by-4.0`, `other`."""
    parameters: int
    """Number of trained values."""
    gflop: float
    """Operations for an image of 256x256, in units of 10^9, as PyTorch counts them."""
    numbers: Mapping[str, Numbers]
    """By the name of the method: of the network under the name of its model, and of what it was compared with."""
    images: str = ""
    """The images that they were measured on."""

    def front_matter(self) -> str:
        """The entries as YAML between two lines of dashes."""
        entries = {
            "library_name": "inpaint-zoo",
            "license": self.licence,
            "pipeline_tag": "image-to-image",
            "tags": ["image-inpainting", self.model],
            "inpaint_zoo": {"model": self.model, "parameters": self.parameters, "gflop_256": self.gflop},
            "model-index": [self._results(name, numbers) for name, numbers in self.numbers.items()],
        }
        return f"---\n{yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=120)}---\n"

    def _results(self, name: str, numbers: Numbers) -> dict[str, Any]:
        metrics = [
            {"type": metric, "value": value, "args": {"hole_percent": bin_name}}
            for metric, means in numbers.items()
            for bin_name, value in means.items()
        ]
        dataset = {"type": "images", "name": self.images}
        return {"name": name, "results": [{"task": {"type": "image-to-image"}, "dataset": dataset, "metrics": metrics}]}


def read_card(path: Path) -> Card:
    """Read the entries of a card.

    Raises:
        DamagedFileError: It has none, or others.
    """
    match = _FRONT.match(path.read_text(encoding="utf-8"))
    try:
        entries = yaml.safe_load(match[1]) if match else {}
        own, results = entries["inpaint_zoo"], entries["model-index"]
        numbers = {result["name"]: _numbers(result["results"][0]["metrics"]) for result in results}
        images = results[0]["results"][0]["dataset"]["name"] if results else ""
        return Card(own["model"], entries["license"], own["parameters"], own["gflop_256"], numbers, images)
    except (KeyError, IndexError, TypeError, yaml.YAMLError) as error:
        raise DamagedFileError(f"{path} is no card of inpaint-zoo: its entries cannot be read") from error


def text_below(path: Path) -> str:
    """The part of a card that is for people."""
    return _FRONT.sub("", path.read_text(encoding="utf-8"), count=1).lstrip()


def _numbers(metrics: list[dict[str, Any]]) -> Numbers:
    numbers: dict[str, dict[str, float]] = {}
    for metric in metrics:
        numbers.setdefault(metric["type"], {})[metric["args"]["hole_percent"]] = float(metric["value"])
    return numbers
