"""`inpaint-zoo compare`: the same pictures and masks for every method; one table, a picture grid and a page."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.text import Text

from inpaint_zoo.cli import main
from inpaint_zoo.errors import InputError
from inpaint_zoo.files import whole_or_nothing, writable_folder
from inpaint_zoo.fills import FILLS
from inpaint_zoo.images import write_png
from inpaint_zoo.judging import choose_device, judge, lpips_or_note, png_name, test_data
from inpaint_zoo.methods import ClassicalFill, Method, NetworkMethod, PictureFolder, Sample
from inpaint_zoo.metrics.pictures import Picture
from inpaint_zoo.metrics.records import Record, summarise
from inpaint_zoo.quiet import quiet_libraries
from inpaint_zoo.report import Case, Report, terminal_tables, write_results
from inpaint_zoo.suggestion import did_you_mean
from inpaint_zoo.zoo import list_models, load_model

REPORTED_VERSIONS = ("inpaint-zoo", "torch", "scikit-image", "opencv-python-headless", "lpips")


def run(config: DictConfig) -> None:
    """Write pictures, records, tables, grid and `report.html` to the output folder."""
    quiet_libraries()
    folder = writable_folder(config.output)
    device = choose_device(config.device)
    methods = _methods(config, device)
    data = test_data(config)
    _refuse_incomplete(methods, data.test_dataset.names)
    lpips, notes = lpips_or_note(config.lpips, config.lpips_weights, device)
    kept = _KeptPictures(folder / "pictures")
    with whole_or_nothing(folder):
        records = judge(methods, data, lpips, kept)
        paths = write_results(_report(config, records, kept.cases, notes), folder)
    console = Console(highlight=False)
    for table in terminal_tables(summarise(records), config.reference):
        console.print(table)
    for line in [*config.notes, *notes]:
        console.print(Text(line))
    print(f"report: {paths[-1]}")


def _report(config: DictConfig, records: list[Record], cases: list[Case], notes: list[str]) -> Report:
    return Report(
        title=config.title,
        records=records,
        cases=cases,
        notes=[*config.notes, *notes],
        reference=config.reference,
        config=OmegaConf.to_yaml(config, resolve=True),
        versions={"python": platform.python_version(), **{name: version(name) for name in REPORTED_VERSIONS}},
    )


class _KeptPictures:
    """Writes every picture of a comparison to a file and remembers where, for the report."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cases: list[Case] = []

    def __call__(self, sample: Sample, composites: Mapping[str, Picture]) -> None:
        """Write one sample and its composites."""
        mask = sample.hole.astype("uint8") * 255
        target_file, mask_file = self._write("original", sample, sample.image), self._write("mask", sample, mask)
        files = {title: self._write(title, sample, picture) for title, picture in composites.items()}
        self.cases.append(Case(sample.name, target_file, mask_file, files))

    def _write(self, folder: str, sample: Sample, picture: Any) -> Path:
        path = self.folder / folder / png_name(sample.name)
        write_png(path, picture)
        return path


def _methods(config: DictConfig, device: torch.device) -> dict[str, Method]:
    if not config.methods:
        known = ", ".join(FILLS)
        raise InputError(f"methods is empty: give methods.NAME=FILE, a folder of pictures, or one of {known}.")
    if config.reference is not None and config.reference not in config.methods:
        near = did_you_mean(config.reference, config.methods)
        raise InputError(f"reference={config.reference} is none of the methods{near}: {', '.join(config.methods)}.")
    return {str(title): _method(str(title), str(value), device) for title, value in config.methods.items()}


def _method(title: str, value: str, device: torch.device) -> Method:
    if not re.fullmatch(r"[\w .+()-]+", title) or title.strip(". ") != title or title in {"original", "mask"}:
        raise InputError(f"methods.{title}: the name becomes a folder; use letters, digits, spaces and - _ + . only.")
    if value in FILLS:
        return ClassicalFill(FILLS[value])
    path = Path(value).expanduser()
    if path.is_dir():
        return PictureFolder(path, title)
    if not path.is_file():
        raise InputError(f"methods.{title}: '{value}' is no file, no folder and none of {', '.join(FILLS)}.")
    _, network = load_model(path, title if title in list_models() else None)
    return NetworkMethod(network, device)


def _refuse_incomplete(methods: Mapping[str, Method], names: list[str]) -> None:
    """Say before any work which pictures a folder lacks."""
    for title, method in methods.items():
        if not isinstance(method, PictureFolder):
            continue
        missing = method.missing(names)
        if missing:
            few = ", ".join(missing[:5]) + (", …" if len(missing) > 5 else "")
            raise InputError(f"methods.{title}: {method.root} lacks {len(missing)} of {len(names)} pictures: {few}")


if __name__ == "__main__":
    raise SystemExit(main(["compare", *sys.argv[1:]]))
