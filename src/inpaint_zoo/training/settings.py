"""Checks of a training's configuration that nothing else would make before the first step."""

from __future__ import annotations

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.checks import at_least, finite, seed_in_range, true_or_false
from inpaint_zoo.errors import InputError
from inpaint_zoo.metrics.score import METRICS, lower_is_better

_MINIMUM = {
    "trainer.max_steps": 1, "trainer.max_epochs": 1,
    "trainer.num_nodes": 1, "trainer.accumulate_grad_batches": 1, "trainer.val_check_interval": 1,
    "trainer.log_every_n_steps": 1, "checkpoint_every": 1, "images_every": 1, "num_sample_images": 0,
    "num_worst_images": 0,
}  # fmt: skip
_POSITIVE = ("checkpoint_minutes", "process_timeout")
_NULLABLE = ("images_every", "trainer.max_epochs")
"""Keys that may be null."""
_FIXED: dict[str, tuple[object, str]] = {
    "check_val_every_n_epoch": (None, "validation is counted in steps, give trainer.val_check_interval"),
    "use_distributed_sampler": (False, "the data are distributed by seed, epoch and index, leave it out"),
}
"""Arguments of the Trainer whose value a training relies on, and why."""
_SET_ELSEWHERE = {
    "callbacks": "callbacks have a separate key, give +callbacks.NAME._target_=CLASS",
    "logger": "loggers have a separate key, give logger=NAME or +logger.NAME._target_=CLASS",
    "default_root_dir": "give run_dir=DIR",
    "plugins": "they are chosen by precision and strategy",
}
"""Arguments of the Trainer that are set from other keys."""


def check_settings(config: DictConfig) -> None:
    """Refuse values with which a training would fail, or silently not do what was asked for.

    Args:
        config: The configuration of `train`.

    Raises:
        InputError: The message names the key.
    """
    if not str(config.run_dir).strip():
        raise InputError("run_dir= is empty: give run_dir=DIR")
    seed_in_range(config.seed, "seed")
    for key, minimum in _MINIMUM.items():
        value = OmegaConf.select(config, key)
        if value is not None or key not in _NULLABLE:
            at_least(minimum, value, key)
    for key in _POSITIVE:
        if finite(config[key], key) <= 0:
            raise InputError(f"{key}={config[key]} must be more than 0")
    if finite(config.trainer.gradient_clip_val or 0, "trainer.gradient_clip_val") < 0:
        raise InputError(f"trainer.gradient_clip_val={config.trainer.gradient_clip_val} must be at least 0")
    true_or_false(config.compile, "compile")
    _check_trainer(config.trainer)
    _check_monitor(str(config.monitor), str(config.mode))


def _check_trainer(trainer: DictConfig) -> None:
    for key in ("enable_progress_bar", "enable_model_summary", "enable_checkpointing"):
        true_or_false(trainer.get(key, True), f"trainer.{key}")
    at_least(0, trainer.num_sanity_val_steps, "trainer.num_sanity_val_steps")
    for key, (value, reason) in _FIXED.items():
        if trainer.get(key) != value:
            raise InputError(f"trainer.{key}={trainer[key]} is not supported: {reason}")
    for key, instead in _SET_ELSEWHERE.items():
        if key in trainer:
            raise InputError(f"trainer.{key} is not accepted: {instead}")


def _check_monitor(monitor: str, mode: str) -> None:
    if mode not in ("max", "min"):
        raise InputError(f"mode={mode} is neither max nor min: give mode=max where higher values are better")
    name = monitor.rpartition("/")[2]
    if name in METRICS and lower_is_better(name) != (mode == "min"):
        right = "min" if mode == "max" else "max"
        raise InputError(f"mode={mode} would keep the worst by monitor={monitor}: give mode={right}")
