"""Checks of a training that take about a second: before data are read, weights downloaded, or a job is started."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.bundles import weights_file
from inpaint_zoo.checks import at_least, height_and_width
from inpaint_zoo.config.build import construct
from inpaint_zoo.data.sources.layout import read_folders
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import writable_folder
from inpaint_zoo.files.inputs import named_folders, refuse_below, refuse_missing
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.training.resume import refuse_missing_checkpoint
from inpaint_zoo.training.settings import check_settings

RUN_DIR = "run_dir"


def check_training(config: DictConfig) -> None:
    """Refuse a training that would fail: its numbers, folders and files, and the size of its images.

    Args:
        config: The configuration of `train`, complete.

    Raises:
        InputError: The message names the key.
    """
    check_settings(config)
    refuse_missing_checkpoint(config.ckpt_path, Path(config.run_dir))
    refuse_missing({key: OmegaConf.to_container(config[key], resolve=True) for key in ("data", "mask", "eval_mask")})
    _check_start(config)
    check_size(config)


def check_run_dir(folder: Path, config: DictConfig) -> None:
    """Refuse a run folder in which the next training would take the images of this one for its data or masks.

    Args:
        folder: The run folder, or that of a sweep or a search.
        config: The configuration of `train`, complete.

    Raises:
        InputError: It lies in a folder that is read, or cannot be written.
    """
    writable_folder(str(folder), RUN_DIR)
    nodes: dict[str, Any] = {
        key: OmegaConf.to_container(config[key], resolve=True) for key in ("data", "mask", "eval_mask")
    }
    for key in ("mask", "eval_mask"):
        refuse_below(folder, named_folders(nodes[key], key), RUN_DIR)
    data = nodes["data"]
    if data.get("root") and "folders" in data:
        for read in read_folders(Path(data["root"]).expanduser(), data["folders"]):
            refuse_below(folder, {"data.root": read}, RUN_DIR)


def check_size(config: DictConfig) -> None:
    """Refuse sizes of images and batches that the model cannot be trained with.

    Raises:
        InputError: The message names a size that the model takes.
    """
    if "size" not in config.data or "batch_size" not in config.data:
        return  # a data set of an extension, with keys of its own
    size: Any = OmegaConf.to_container(config.data, resolve=True)
    height, width = height_and_width(size["size"], "data.size")
    batch_size = at_least(1, size["batch_size"], "data.batch_size")
    module = _shapes(OmegaConf.to_yaml(config.model, resolve=True))
    if module is not None:
        module.check_training(batch_size, height, width)


@lru_cache(maxsize=8)  # a sweep asks for the same few models again and again
def _shapes(model: str) -> InpaintingModule | None:
    """A module without values, which takes no memory and loads no weights; None if it cannot be built in this way."""
    node = OmegaConf.create({"model": OmegaConf.create(model)})
    try:
        with torch.device("meta"):
            module: InpaintingModule = construct(node.model)
    except (NotImplementedError, RuntimeError):  # of an extension; it is checked when its training starts
        return None
    return module


def _check_start(config: DictConfig) -> None:
    if config.init_from is not None and not weights_file(config.init_from).is_file():
        raise InputError(f"init_from: {str(config.init_from)!r} is not a file: give init_from=CHECKPOINT")
    weights = config.model.get("loss_network")
    if weights not in (None, "imagenet", "random") and not os.path.exists(Path(str(weights)).expanduser()):  # noqa: PTH110
        raise InputError(
            f"model.loss_network: {weights} does not exist; give `imagenet` or a file of a torchvision VGG"
        )
