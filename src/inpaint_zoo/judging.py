"""Run methods over the same pictures and masks and score what they made; shared by `evaluate` and `compare`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

import torch
from omegaconf import DictConfig
from rich.progress import track

from inpaint_zoo.construct import construct
from inpaint_zoo.data import InpaintingDataModule
from inpaint_zoo.errors import InputError
from inpaint_zoo.methods import Method, Sample
from inpaint_zoo.methods.base import samples
from inpaint_zoo.metrics.lpips import LPIPSDistance, MetricUnavailableError, load_lpips
from inpaint_zoo.metrics.pictures import Picture
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import score

Keep = Callable[[Sample, Mapping[str, Picture]], None]
"""Called with every sample and what each method made of it."""


def judge(
    methods: Mapping[str, Method], data: InpaintingDataModule, lpips: LPIPSDistance | None, keep: Keep | None = None
) -> list[Record]:
    """Let every method fill every test picture, in one pass over the data, and score the results.

    Args:
        methods: By title.
        data: Its test set is used.
        lpips: None where LPIPS is not available.
        keep: Called with every picture and its composites, e.g. to write them to files.
    """
    records = []
    for sample in _test_samples(data):
        composites = {title: method(sample) for title, method in methods.items()}
        for title, composite in composites.items():
            scored = score(sample.image, composite, sample.hole, lpips)
            records.append(Record.from_score(title, sample.name, sample.name, scored))
        if keep is not None:
            keep(sample, composites)
    return records


def test_data(config: DictConfig) -> InpaintingDataModule:
    """The data module of `config.data` with the masks of `config.mask`, its test set found."""
    mask = construct(config.mask)
    data: InpaintingDataModule = construct(config.data, mask=mask, eval_mask=mask, seed=config.data.eval_seed)
    data.setup("test")
    return data


def lpips_or_note(wanted: bool, weights: str, device: torch.device) -> tuple[LPIPSDistance | None, list[str]]:
    """LPIPS, or a sentence that says why there is none."""
    if not wanted:
        return None, ["LPIPS was switched off (lpips=false)."]
    try:
        return load_lpips(weights, device), []
    except MetricUnavailableError as error:
        return None, [str(error)]


def png_name(name: str) -> PurePosixPath:
    """Where a result is kept: the name of its picture, ending in .png."""
    return PurePosixPath(name).with_suffix(".png")


def choose_device(accelerator: str) -> torch.device:
    """`auto` is a GPU where there is one; anything else is a name that torch knows, such as `cpu` or `cuda:1`.

    Raises:
        InputError: there is no such device.
    """
    if accelerator == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(accelerator)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:  # an unknown name, or a device that this machine lacks
        reason = str(error).partition("\n")[0]
        raise InputError(f"device={accelerator} cannot be used ({reason}): give auto or cpu.") from error
    return device


def _test_samples(data: InpaintingDataModule) -> Iterator[Sample]:
    loader = data.test_dataloader()
    for batch in track(loader, description="pictures", total=len(loader)):
        yield from samples(batch)
