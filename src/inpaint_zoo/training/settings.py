"""Numbers of a training's configuration that nothing else would look at before the first step."""

from __future__ import annotations

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.errors import InputError, at_least, finite, seed_in_range, true_or_false

_LEAST = {
    "trainer.max_steps": 1,
    "trainer.num_nodes": 1, "trainer.accumulate_grad_batches": 1, "trainer.val_check_interval": 1,
    "trainer.log_every_n_steps": 1, "checkpoint_every": 1, "pictures_every": 1, "num_sample_pictures": 0,
    "num_worst_pictures": 0,
}  # fmt: skip
_POSITIVE = ("checkpoint_minutes", "process_timeout")
_NULL = ("pictures_every",)
"""May be null."""


def check_settings(config: DictConfig) -> None:
    """Refuse numbers with which a training would fail, or never do what it is asked for.

    Args:
        config: Of `train`.

    Raises:
        InputError: The message names the key.
    """
    if not str(config.run_dir).strip():
        raise InputError("run_dir= is empty: give run_dir=DIR")
    seed_in_range(config.seed, "seed")
    for key, least in _LEAST.items():
        value = OmegaConf.select(config, key)
        if value is not None or key not in _NULL:
            at_least(least, value, key)
    for key in _POSITIVE:
        if finite(config[key], key) <= 0:
            raise InputError(f"{key}={config[key]} must be more than 0")
    if finite(config.trainer.gradient_clip_val or 0, "trainer.gradient_clip_val") < 0:
        raise InputError(f"trainer.gradient_clip_val={config.trainer.gradient_clip_val} must be at least 0")
    true_or_false(config.compile, "compile")
