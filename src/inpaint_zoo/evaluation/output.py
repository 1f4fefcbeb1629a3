"""The folder that gets the results of an evaluation."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from inpaint_zoo.data.paired_masks import PairedImage
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.methods import ImageFolder
from inpaint_zoo.evaluation.result_images import IMAGES, KeptImages
from inpaint_zoo.evaluation.session import CACHE_FOLDER, Session
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.files.atomic import writable_folder
from inpaint_zoo.files.inputs import named_folders, refuse_below, refuse_overwriting
from inpaint_zoo.files.outputs import refuse_foreign


class Results(Enum):
    """What a verb writes into its folder of results."""

    EVALUATION = ("records.csv", "summary.json", "results.json", "table.md")
    COMPARISON = (
        *EVALUATION, "table.csv", "table.tex", "table_column.tex", "grid.png", "figure.png", "figure.pdf",
        "report.html", "manifest.json",
    )  # fmt: skip


def results_folder(output: str, settings: Settings, results: Results) -> Path:
    """Check the folder for the results of an evaluation, which need not exist yet.

    Raises:
        InputError: The folder cannot be written, lies inside a folder that is evaluated, holds files of these names
            that no evaluation has written, or the results of the other verb.
    """
    folder = writable_folder(output)
    refuse_below(folder, _inputs(settings))
    refuse_foreign(folder, results.value, CACHE_FOLDER)
    is_compared = any((folder / name).exists() for name in (IMAGES, "report.html"))
    if results is Results.EVALUATION and is_compared and (folder / CACHE_FOLDER).exists():
        raise InputError(f"output: {folder} holds a comparison: give a new folder")
    if results is Results.COMPARISON and (folder / "results.json").exists() and not is_compared:
        raise InputError(f"output: {folder} holds the results of evaluate: give a new folder")
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
    """Check that the images of an evaluation replace nothing of others, now that every file is known.

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
    written, folder = list(kept.paths(evaluation.dataset.names, list(methods))), kept.folder.parent
    refuse_overwriting(written, read)
    refuse_foreign(folder, (str(path.relative_to(folder)) for path in written), CACHE_FOLDER)


def _inputs(settings: Settings) -> dict[str, str]:
    """The folders that an evaluation reads, by their keys; methods that are no folders are among them."""
    methods = {f"methods.{title}": source for title, source in settings.sources.items()}
    return named_folders(settings.data, "data") | named_folders(settings.mask, "mask") | methods


def _refuse_results(key: str, source: Path, written: Path) -> None:
    if source.is_dir() and source.resolve().is_relative_to(written.resolve()):
        raise InputError(
            f"output: {key}={source} lies in {written}, where results are written: choose another folder, or move it"
        )
