"""The keys `ckpt` and `model` of the verbs that take packaged weights where no file is given."""

from __future__ import annotations

from pathlib import Path

from omegaconf import DictConfig

from inpaint_zoo.bundles import packaged_weights, weights_file
from inpaint_zoo.errors import InputError
from inpaint_zoo.zoo import known_model


def chosen_weights(config: DictConfig) -> Path:
    """The file that `ckpt` names, which need not be there; without it, that which comes with the package.

    Raises:
        InputError: Both are missing, there is no such model, or none of its weights come with the package.
    """
    if config.ckpt is not None:
        return weights_file(config.ckpt)
    if config.model_name is None:
        raise InputError("model is missing: give model=NAME for packaged weights, or ckpt=FILE")
    path = packaged_weights(known_model(config.model_name))
    if path is None:
        raise InputError(
            f"ckpt is missing: no weights of {config.model_name} come with the package: give ckpt=FILE, a checkpoint "
            "of a run or a published file"
        )
    return path
