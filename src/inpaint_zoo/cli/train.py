"""`inpaint-zoo train`: train a model, and keep its best and its last checkpoint."""

from __future__ import annotations

import contextlib
import copy
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.bundles import weights_file
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import contains_time, output_dir
from inpaint_zoo.data import InpaintingDataModule
from inpaint_zoo.data.mask_folders import check_mask_folders
from inpaint_zoo.data.overfitting import overfit
from inpaint_zoo.errors import InputError, Stopped
from inpaint_zoo.files.atomic import whole_or_nothing, write_text
from inpaint_zoo.images.record import ImageRecord
from inpaint_zoo.losses.perceptual import load_loss_networks
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.runtime.compiler import check_compiler
from inpaint_zoo.runtime.cpu import prepare_cpu
from inpaint_zoo.runtime.processes import restored_environment
from inpaint_zoo.training.callbacks.best_checkpoint import best_score
from inpaint_zoo.training.checkpoint_io import LAST, PREVIOUS
from inpaint_zoo.training.distributed.setup import distribute, silence_other_ranks
from inpaint_zoo.training.epochs import in_steps
from inpaint_zoo.training.preflight import check_run_dir, check_training
from inpaint_zoo.training.resume import check_resumable, load_initial_weights, resume_from
from inpaint_zoo.training.runs.changes import changes
from inpaint_zoo.training.runs.files import CONFIG, OVERRIDES
from inpaint_zoo.training.runs.result import Result, config_hash, remove_result, write_result
from inpaint_zoo.training.runs.status import read_config
from inpaint_zoo.training.runs.training_images import changed_images
from inpaint_zoo.training.summary import end_summary, start_summary
from inpaint_zoo.training.trainer import build_trainer


@restored_environment()
def run(config: DictConfig) -> float | None:
    """Train as configured; returns the best value of the metric that `monitor` names."""
    folder = output_dir()
    quiet_libraries()
    silence_other_ranks()
    check_training(config)
    check_run_dir(folder, config)
    prepare_cpu()
    if config.compile:
        check_compiler("cuda" if torch.cuda.is_available() and config.trainer.accelerator != "cpu" else "cpu")
    data = _data(config)  # before the model: its loss network may have to be downloaded
    planned = in_steps(config, data)
    pl.seed_everything(config.seed, workers=True, verbose=False)
    module: InpaintingModule = construct(planned.model)
    resume = _checkpoint_to_resume(planned, folder, module)
    module.check_training(data.batch_size, *data.size)
    load_loss_networks(module)
    if config.compile:
        module.network.compile_generate()
    trainer = build_trainer(planned, folder)
    others = distribute(trainer, run, config)
    with whole_or_nothing(folder, wanted=lambda: trainer.global_step > 0 or not trainer.is_global_zero):
        if trainer.is_global_zero:
            print(start_summary(trainer, module, data, folder))
            remove_result(folder)
            _store(config, folder, resume)
            _note_images(folder, module, data, resume)
        _fit(trainer, others, module, data, resume)
        score = best_score(trainer)
        if trainer.is_global_zero:
            step, own_hash = trainer.global_step, config_hash(config)
            write_result(folder, Result(metric=config.monitor, value=score, step=step, config=own_hash))
            print(end_summary(trainer, folder, _data_overrides()))
    return score


def _data_overrides() -> list[str]:
    """The overrides of this command that choose its data."""
    hydra = HydraConfig.get()
    own = [override for override in hydra.overrides.task if override.startswith("data.")]
    return [f"data={hydra.runtime.choices['data']}", *own]


def _data(config: DictConfig) -> InpaintingDataModule:
    """The data of a configuration, whose images have been found."""
    masks = {key: construct(config[key]) for key in ("mask", "eval_mask")}
    data: InpaintingDataModule = construct(config.data, **masks, seed=config.seed)
    data.setup("fit")
    nodes: dict[str, Any] = {
        key: OmegaConf.to_container(config[key], resolve=True) for key in ("data", "mask", "eval_mask")
    }
    check_mask_folders(nodes.pop("data"), nodes, data.train_dataset.images, data.val_dataset.images)
    if config.overfit_samples is not None:
        overfit(data, config.overfit_samples)
    return data


def _store(config: DictConfig, folder: Path, resume: Path | None) -> None:
    """Write the configuration into the run folder, and say what differs from the one before."""
    stored = copy.deepcopy(config)
    if contains_time(config, "run_dir"):  # the folder may have a number behind the time
        stored.run_dir = str(folder)
    with contextlib.suppress(InputError):  # a damaged one is no reason not to resume
        before = None if resume is None else read_config(folder)
        for key, (old, new) in ({} if before is None else changes(before, stored)).items():
            print(f"changed: {key}: {old} -> {new}")
    write_text(folder / CONFIG, OmegaConf.to_yaml(stored, resolve=True))
    write_text(folder / OVERRIDES, OmegaConf.to_yaml(HydraConfig.get().overrides.task))


def _note_images(folder: Path, module: InpaintingModule, data: InpaintingDataModule, resume: Path | None) -> None:
    """Note the training images, for checkpoints too, and say if a training is resumed with others."""
    images = getattr(data.train_dataset, "images", ())
    module.add_trained_on(ImageRecord.of(images))
    changed = changed_images(folder, (image.name for image in images))
    if changed and resume is not None:
        print(f"changed: training images: {changed}")


def _checkpoint_to_resume(config: DictConfig, folder: Path, module: InpaintingModule) -> Path | None:
    """The checkpoint to resume from; None for a new training, whose initial weights are loaded into `module`."""
    schedule = config.model.lr_schedule or {}
    follows = [str(key) for key in schedule if OmegaConf.is_interpolation(schedule, key)]

    def check(path: Path) -> None:
        check_resumable(path, module, config.trainer.max_steps, follows)

    resume = resume_from(config.ckpt_path, folder, check)
    if resume is not None:
        return resume
    if any((folder / name).exists() for name in (LAST, PREVIOUS)):
        raise InputError(f"run_dir: {folder} holds a training: give ckpt_path=last to resume it, or another run_dir")
    if config.init_from is not None:
        load_initial_weights(module, weights_file(config.init_from))
    return None


def _fit(
    trainer: pl.Trainer,
    others: AbstractContextManager[None],
    module: InpaintingModule,
    data: InpaintingDataModule,
    resume: Path | None,
) -> None:
    try:
        with others:
            trainer.fit(module, data, ckpt_path=resume, weights_only=True)
    except SystemExit:
        # Lightning turns Ctrl-C into a silent exit with code 1
        if trainer.interrupted:
            raise KeyboardInterrupt from None
        raise
    except Stopped:
        # the first process reports it
        if trainer.is_global_zero:
            raise
