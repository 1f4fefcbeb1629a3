"""The folder that gets the results of an evaluation."""

from __future__ import annotations

from pathlib import Path

from inpaint_zoo.data.paired_masks import PairedImage
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ImageFolder
from inpaint_zoo.evaluation.result_images import IMAGES, KeptImages
from inpaint_zoo.evaluation.session import CACHE_FOLDER, Session
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.files.atomic import writable_folder
from inpaint_zoo.files.inputs import named_folders, refuse_below, refuse_overwriting

_OWN_FILES = ("records.csv", "results.json")


def results_folder(output: str, settings: Settings) -> Path:
    """Check the folder for the results of an evaluation, which need not exist yet.

    Raises:
        InputError: The folder cannot be written, lies inside a folder that is evaluated, or holds files of these names
            that no evaluation has written.
    """
    folder = writable_folder(output)
    refuse_below(folder, _inputs(settings))
    foreign = [name for name in _OWN_FILES if (folder / name).exists()]
    if foreign and not (folder / CACHE_FOLDER).is_dir():
        raise InputError(
            f"output: {folder} holds a {foreign[0]} that no evaluation has written: choose another folder, or move it"
        )
    return folder


def images_folder(folder: Path, settings: Settings) -> Path:
    """The folder of the images in the folder of the results; nothing that is evaluated lies there.

    Raises:
        InputError: An input does.
    """
    images, inputs = folder / IMAGES, _inputs(settings)
    refuse_below(images, inputs)
    for key, source in inputs.items():
        _refuse_results(key, Path(source).expanduser(), images)
    return images


def refuse_inputs(kept: KeptImages, session: Session) -> None:
    """Check that the images of an evaluation replace nothing that is read, now that every file is known.

    Raises:
        InputError: They would, or they would be read the next time.
    """
    evaluation, methods = session.evaluation, session.methods
    for group, node in (("data", evaluation.manifest.data), ("mask", evaluation.manifest.mask)):
        refuse_below(kept.folder, named_folders(node, group))
    read = [image.path for image in evaluation.dataset.images]
    read += [image.mask.path for image in evaluation.dataset.images if isinstance(image, PairedImage)]
    read += [image.path for method in methods.values() if isinstance(method, ImageFolder) for image in method.images]
    for folder in {path.parent for path in read if isinstance(path, Path)}:
        _refuse_results("an input", folder, kept.folder)
    refuse_overwriting(kept.paths(evaluation.dataset.names, list(methods)), read)


def _inputs(settings: Settings) -> dict[str, str]:
    """The folders that an evaluation reads, by their keys; methods that are no folders are among them."""
    methods = {f"methods.{title}": source for title, source in settings.sources.items()}
    return named_folders(settings.data, "data") | named_folders(settings.mask, "mask") | methods


def _refuse_results(key: str, source: Path, written: Path) -> None:
    if source.is_dir() and source.resolve().is_relative_to(written.resolve()):
        raise InputError(
            f"output: {key}={source} lies in {written}, where results are written: choose another folder, or move it"
        )
