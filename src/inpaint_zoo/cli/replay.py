"""`inpaint-zoo replay`: compute the losses again of a batch that made one of them non-finite."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from omegaconf import DictConfig

from inpaint_zoo.checks import one_path
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.losses.perceptual import load_loss_networks
from inpaint_zoo.runtime.cpu import prepare_cpu
from inpaint_zoo.runtime.device import choose_device
from inpaint_zoo.tables import printable
from inpaint_zoo.training.replay import Replay, load_state, module_of_run, replay
from inpaint_zoo.training.runs.nan_file import NanFile, read_nan_file


def run(config: DictConfig) -> None:
    """Print each loss term, and the first module whose output is not finite."""
    quiet_libraries()
    path = Path(one_path(config.file, "file")).expanduser()
    content = read_nan_file(path)
    device = choose_device(str(config.device))
    prepare_cpu()
    module = module_of_run(path)
    load_state(path, content, module)
    load_loss_networks(module)
    print(printable(f"{path}: {type(module).__name__}, {_origin(content)}"), flush=True)
    again = replay(content, module, device)
    for line in _lines(content, again):
        print(printable(line))


def _origin(content: NanFile) -> str:
    parts = [
        f"batch {content.batch_number} (after step {content.step}, epoch {content.epoch})",
        f"process {content.rank}",
        *([] if content.seed is None else [f"seed {content.seed}"]),
        f"{content.precision} on {content.device}",
    ]
    return ", ".join(parts)


def _lines(content: NanFile, again: Replay) -> Iterator[str]:
    height, width = content.batch["image"].shape[2:]
    yield f"images, {width}x{height}: {', '.join(content.batch['name'])}"
    yield f"not finite before this batch: {few(again.broken_before) if again.broken_before else 'nothing'}"
    names = dict.fromkeys([*again.losses, *content.losses])
    longest = max(map(len, names), default=0)
    yield f"{'loss term':<{longest}}  {'in training':>12}  {'now':>12}"
    for name in names:
        then, now = (losses.get(name, math.nan) for losses in (content.losses, again.losses))
        yield f"{name:<{longest}}  {then:>12.6g}  {now:>12.6g}{'' if math.isfinite(now) else '  not finite'}"
    yield _verdict(again)


def _verdict(again: Replay) -> str:
    if all(map(math.isfinite, again.losses.values())):
        return "every term is finite here: compute it on the device of the training (device=), with its precision"
    if again.first_broken is None:
        return "the output of every module is finite: a term itself is not"
    return f"the first module whose output is not finite: {again.first_broken}"
