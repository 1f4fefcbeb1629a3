"""`inpaint-zoo train`: train a model, keep its best and its last checkpoint."""

from __future__ import annotations

import sys
from pathlib import Path

import pytorch_lightning as pl
import torch
from omegaconf import DictConfig, OmegaConf
from pytorch_lightning.callbacks import ModelCheckpoint

from inpaint_zoo.cli import main
from inpaint_zoo.config import output_dir
from inpaint_zoo.construct import construct
from inpaint_zoo.data import InpaintingDataModule
from inpaint_zoo.files import whole_or_nothing, write_text
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.weights import check_resumable, initialise
from inpaint_zoo.parallel import own_environment
from inpaint_zoo.quiet import quiet_libraries
from inpaint_zoo.training.distributed import distribute, speak_first_only
from inpaint_zoo.training.resume import resume_from
from inpaint_zoo.training.trainer import build_trainer

MONITOR = "val/psnr"


@own_environment()
def run(config: DictConfig) -> float | None:
    """Train as the configuration says; returns the best `val/psnr`, in dB."""
    folder = output_dir()
    quiet_libraries()
    speak_first_only()
    # gradients of narrow networks start below 1e-38, where a CPU is many times slower; set before any thread starts
    torch.set_flush_denormal(True)
    resume = resume_from(config.ckpt_path, folder)
    data = _data(config)
    pl.seed_everything(config.seed, workers=True, verbose=False)
    module: InpaintingModule = construct(config.model)
    if resume is not None:
        check_resumable(resume, module.name, module.state_dict())
    elif config.init_from is not None:
        initialise(module, Path(config.init_from))
    module.check_training(data.batch_size, *data.size)
    if config.compile:
        module.compile_network()
    data.setup("fit")
    best = ModelCheckpoint(folder, "best", monitor=MONITOR, mode="max", enable_version_counter=False)
    trainer = build_trainer(config, folder, best)
    distribute(trainer, run, config)
    with whole_or_nothing(folder, wanted=lambda: trainer.global_step > 0 or not trainer.is_global_zero):
        if trainer.is_global_zero:
            _announce(module, data, folder)
            write_text(folder / "config.yaml", OmegaConf.to_yaml(config, resolve=True))
        _fit(trainer, module, data, resume)
    score = best.best_model_score
    return None if score is None else float(score)


def _fit(trainer: pl.Trainer, module: InpaintingModule, data: InpaintingDataModule, resume: Path | None) -> None:
    try:
        trainer.fit(module, data, ckpt_path=resume, weights_only=True)
    except SystemExit:
        # Lightning turns Ctrl-C into a silent exit with code 1
        if trainer.interrupted:
            raise KeyboardInterrupt from None
        raise


def _data(config: DictConfig) -> InpaintingDataModule:
    data: InpaintingDataModule = construct(
        config.data,
        mask=construct(config.mask),
        eval_mask=construct(config.eval_mask),
        seed=config.seed,
    )
    return data


def _announce(module: InpaintingModule, data: InpaintingDataModule, folder: Path) -> None:
    network = sum(parameter.numel() for parameter in module.network.parameters())
    total = sum(parameter.numel() for parameter in module.parameters())
    print(f"{type(module).__name__}: {network:,} parameters in the network, {total - network:,} beside it")
    print(f"{len(data.train_dataset)} training pictures, {len(data.val_dataset)} validation samples")
    print(f"run folder: {folder}")


if __name__ == "__main__":
    raise SystemExit(main(["train", *sys.argv[1:]]))
