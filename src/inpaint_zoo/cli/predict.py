"""`inpaint-zoo predict`: fill the holes of images of any size."""

from __future__ import annotations

import dataclasses
import json
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from omegaconf import DictConfig

from inpaint_zoo.bundles import list_bundles
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.cli.weights import chosen_weights
from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.evaluation.fillers import named_filler, read_network
from inpaint_zoo.evaluation.methods import ClassicalFill, NetworkMethod, OnnxFile, PythonFunction, SpandrelFile
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.files.atomic import make_folder, writable_folder
from inpaint_zoo.files.hashing import code_hash
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.inference.fill import FillOptions, fill
from inpaint_zoo.inference.inputs import Inputs, plan, refuse_inputs
from inpaint_zoo.inference.pipeline import Done, Pipeline, Work
from inpaint_zoo.inference.records import Records
from inpaint_zoo.masks.files.checks import warn_about, warn_about_outliers
from inpaint_zoo.masks.files.pairs import note_unclear
from inpaint_zoo.runtime.arithmetic import Arithmetic
from inpaint_zoo.runtime.device import choose_device
from inpaint_zoo.runtime.processes import Processes, gather, joined_processes
from inpaint_zoo.runtime.progress import tracked
from inpaint_zoo.training.runs.lock import FolderInUseError, run_lock
from inpaint_zoo.training.runs.status import refuse_run_folder
from inpaint_zoo.zoo import filled_network, known_model

_Filler = ClassicalFill | NetworkMethod | OnnxFile | PythonFunction | SpandrelFile
_OPTIONS = ("strategy", "grow", "feather", "blend", "adapt", "adapt_seconds")
_FORMATS: Mapping[str | None, bool] = {None: False, "png": True}
"""By the value of `format`: whether all results are PNG files."""


def run(config: DictConfig) -> None:
    """Write one result for every image, under its name and in its format."""
    quiet_libraries()
    folder = writable_folder(config.output)
    refuse_run_folder(folder)
    given = Inputs(config.images, config.masks, config.threshold, config.tolerance, config.invert)
    options = FillOptions(**{key: config[key] for key in _OPTIONS})
    if config.format not in _FORMATS:
        raise InputError(f"format={config.format}: give format=png, or leave it out: results have the images' formats")
    arithmetic = Arithmetic(config.precision, config.compile)
    chosen = _filler(config) or chosen_weights(config)
    planned = plan(given, as_png=_FORMATS[config.format])
    refuse_inputs(folder, given, [one for one in planned if isinstance(one, Work)])
    with joined_processes() as processes, _alone(folder):
        method = _network_method(config, chosen, processes, arithmetic) if isinstance(chosen, Path) else chosen
        if not isinstance(method, NetworkMethod):
            arithmetic.refuse_for(str(config.model_name or config.ckpt))
        pipeline = Pipeline(
            fill=partial(fill, method, options=options),
            records=Records(folder, processes.rank, force=config.force),
            settings=_settings(config, method, options),
            as_png=_FORMATS[config.format],
        )
        done = _fill_all(pipeline, planned, processes)
    if processes.is_first:
        _report(config, done, folder)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Refuse to write where another command writes now; each would take the results of the other for a stranger's."""
    existed = folder.is_dir()
    make_folder(folder)
    try:
        with run_lock(folder):
            yield
    except FolderInUseError as error:
        raise InputError(
            f"output: another process writes to {folder}: wait until it ends, or give another output"
        ) from error
    finally:
        if not existed:
            with suppress(OSError):  # something was written
                folder.rmdir()


def _filler(config: DictConfig) -> _Filler | None:
    """What fills without a network of this package; None where one fills."""
    name = config.model_name
    if name is None and config.ckpt is None:
        usable = ", ".join((*list_bundles(), *FILLS))
        raise InputError(
            "model is missing: give ckpt=FILE, a checkpoint of a run or a published file, or model=NAME, which needs "
            f"no file (known: {usable})."
        )
    if name is not None:
        known_model(name, *FILLS)
    if name in FILLS and config.ckpt is not None:
        raise InputError(f"ckpt={config.ckpt} and model={name} both fill: give one of them.")
    return named_filler(config.ckpt if name is None else name)


def _network_method(
    config: DictConfig, path: Path, processes: Processes, arithmetic: Arithmetic
) -> NetworkMethod | SpandrelFile:
    device = choose_device(config.device)
    file = read_network(path, config.model_name, config.weights, device)
    if isinstance(file, SpandrelFile):
        return file
    model = file.weights.model
    if config.ckpt is None and processes.is_first:
        print(f"{model} with the weights that come with the package (ckpt=FILE takes others)", flush=True)
    identity = {"model": model, "weights": file.sha256, "choice": str(config.weights)}
    return NetworkMethod(filled_network(file.weights), device, identity=identity, arithmetic=arithmetic)


def _fill_all(pipeline: Pipeline, planned: Sequence[Work | Done], processes: Processes) -> list[Done]:
    """Fill this process's share of the images; returns what became of all of them, in their order."""
    processes.wait()  # until all have read what is there
    works = [one for one in planned if isinstance(one, Work)]
    own = works[processes.rank :: processes.size]
    with warnings.catch_warnings():  # files are read in a thread, which changes the filters
        shown = tracked(pipeline.run(own), len(own), "images") if processes.is_first else pipeline.run(own)
        done = {one.name: one for one in gather(list(shown))}
    return [done[one.image.name] if isinstance(one, Work) else one for one in planned]


def _settings(config: DictConfig, method: _Filler, options: FillOptions) -> str:
    """Everything that results depend on beside image and mask."""
    masks = config.masks if config.masks is not None and config.masks.startswith("#") else ""
    keys = {key: config[key] for key in ("threshold", "tolerance", "invert", "format")}
    values = {**method.identity(), **dataclasses.asdict(options), **keys, "color": masks, "code": code_hash(CONF_DIR)}
    return json.dumps(values, sort_keys=True)


def _report(config: DictConfig, done: Sequence[Done], folder: Path) -> None:
    """Print notes, a summary, and what failed; the exit code is 2 if something did."""
    _note_files(done)
    _note_masks(config, done)
    failed = [one.failure for one in done if one.failure]
    made, old = len(done) - len(failed), sum(one.was_there for one in done)
    if made:
        kept = f", {old} of them from an earlier run" if old else ""
        changed = sum(one.is_replaced for one in done)
        replaced = f", {changed} of them instead of results of other settings or inputs" if changed else ""
        print(f"{made} {'image' if made == 1 else 'images'} in {folder}{kept}{replaced}", flush=True)
    if len(failed) == 1:
        raise InputError(failed[0] + (f" ({made} of {len(done)} images are done)" if made else ""))
    for failure in failed:
        print(f"inpaint-zoo predict: failed: {failure}", file=sys.stderr)
    if failed:
        raise InputError(f"{len(failed)} of {len(done)} images failed, for the reasons above")


def _note_files(done: Iterable[Done]) -> None:
    """Say what results cannot keep, once for all images of which the same is to be said."""
    images: dict[str, list[str]] = {}
    for one in done:
        for note in one.notes:
            images.setdefault(note, []).append(one.name)
    for note, names in images.items():
        count = f" ({len(names)} images)" if len(names) > 1 else ""
        warnings.warn(f"{few(names)}{count}: {note}", InputWarning, stacklevel=2)


def _note_masks(config: DictConfig, done: Iterable[Done]) -> None:
    """Name masks that look like mistakes."""
    looks = {one.mask: one.look for one in done if one.look is not None}
    source = f"masks={config.masks!r}" if config.masks is not None else "masks"
    if looks:
        warn_about(looks, source, threshold=config.threshold, invert=config.invert, prefix="")
        warn_about_outliers({mask: look.ratio for mask, look in looks.items()}, source)
    note_unclear([one.unclear for one in done if one.unclear], "masks")
