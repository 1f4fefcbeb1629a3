"""Compute the losses of a kept batch again, and find where its values stop being finite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from omegaconf import DictConfig
from torch import Tensor, nn

from inpaint_zoo.batch import Batch
from inpaint_zoo.config.build import check_nodes, construct
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.conversion import rename_strictly
from inpaint_zoo.training.callbacks.random_states import restore_random_states
from inpaint_zoo.training.runs.files import CONFIG, NAN
from inpaint_zoo.training.runs.nan_file import NanFile
from inpaint_zoo.training.runs.status import read_config

_AUTOCAST = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}


@dataclass(frozen=True)
class Replay:
    """What a batch has given."""

    losses: Mapping[str, float]
    """The unweighted terms by name, as they are now."""
    broken_before: list[str]
    """Tensors of the batch, and weights, that are not finite to begin with."""
    first_broken: str | None
    """The first module whose output is not finite, and its class; None if that of every module is."""


def module_of_run(path: Path) -> InpaintingModule:
    """The training module of the run in whose folder a file of `nan/` lies, as its configuration says.

    Raises:
        InputError: The run folder has no configuration, or no model can be built of it.
    """
    config = read_config(path.absolute().parent.parent)
    node = None if config is None else config.get("model")
    if config is None or not isinstance(node, DictConfig):
        raise InputError(f"file: {path} lies in no {NAN}/ of a run folder with {CONFIG}, which says what was trained")
    check_nodes(node)
    module = construct(node)
    if not isinstance(module, InpaintingModule):
        raise InputError(f"file: {path}: the model of its {CONFIG} is a {type(module).__name__}, which is not trained")
    return module


def load_state(path: Path, content: NanFile, module: InpaintingModule) -> None:
    """Put the weights of a file into a module, also those that are not finite, and check that the batch fits.

    Raises:
        InputError: They belong to another network, or the network does not take images of this size.
    """
    try:
        module.load_state_dict(rename_strictly(content.state_dict, str, module.state_dict()))
        module.network.check_size(*content.batch["image"].shape[2:])
    except (InputError, RuntimeError) as error:
        raise InputError(f"file: {path}: {error}") from error


def replay(content: NanFile, module: InpaintingModule, device: torch.device) -> Replay:
    """Compute the losses of a batch as its training did: training mode, precision, random states.

    Args:
        content: The batch; its weights have been loaded.
        module: On any device; it is moved.
        device: Where to compute.

    Raises:
        InputError: The random states cannot be restored, or the batch cannot be computed there.
    """
    module.to(device).train()
    batch = {key: value.to(device) if isinstance(value, Tensor) else value for key, value in content.batch.items()}
    try:
        restore_random_states(dict(content.random))
    except (KeyError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise InputError(f"file: its random states are damaged ({error!r}): give another one") from error
    autocast: AbstractContextManager[Any] = nullcontext()
    if content.precision in _AUTOCAST:
        autocast = torch.autocast(device.type, _AUTOCAST[content.precision])
    try:
        before = [*_broken(batch), *_broken(content.state_dict)]
        with _watched(module) as found, autocast:
            terms = module.training_step(cast(Batch, batch), 0)["terms"]
        losses = {name: float(value) for name, value in terms.items()}
    except (RuntimeError, ValueError, TypeError, KeyError, IndexError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"file: its batch cannot be computed on {device} ({reason}): give another device=") from error
    return Replay(losses, before, found[0] if found else None)


def _broken(tensors: Mapping[str, Any]) -> list[str]:
    return [name for name, value in tensors.items() if not _is_finite(value)]


def _is_finite(value: Any) -> bool:
    """Whether all tensors in a value are; modules return tensors, and tuples and mappings of them."""
    if isinstance(value, Tensor):
        return bool(value.isfinite().all())
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return all(_is_finite(part) for part in parts)


@contextmanager
def _watched(module: nn.Module) -> Iterator[list[str]]:
    """A list that gets the module in which values stop being finite: inner modules end before those around them."""
    found: list[str] = []

    def watch(name: str, part: nn.Module) -> Any:
        def look(_: nn.Module, __: Any, output: Any) -> None:
            if not found and not _is_finite(output):
                found.append(f"{name} ({type(part).__name__})")

        return part.register_forward_hook(look)

    handles = [watch(name, part) for name, part in module.named_modules() if name]
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()
