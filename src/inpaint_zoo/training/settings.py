"""Numbers of a training's configuration that nothing else would look at before the first step."""

from __future__ import annotations

from omegaconf import DictConfig, OmegaConf

from inpaint_zoo.errors import InputError, at_least, finite, true_or_false, whole_number

_LEAST = {
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
    for key, least in _LEAST.items():
        value = OmegaConf.select(config, key)
        if value is not None or key not in _NULL:
            at_least(least, value, key)
    for key in _POSITIVE:
        if finite(config[key], key) <= 0:
            raise InputError(f"{key}={config[key]} must be more than 0")
    if whole_number(config.trainer.max_steps, "trainer.max_steps") == 0 or config.trainer.max_steps < -1:
        raise InputError(f"trainer.max_steps={config.trainer.max_steps} must be at least 1, or -1 for no end")
    if finite(config.trainer.gradient_clip_val or 0, "trainer.gradient_clip_val") < 0:
        raise InputError(f"trainer.gradient_clip_val={config.trainer.gradient_clip_val} must be at least 0")
    true_or_false(config.compile, "compile")
