"""The folder that gets the results of an evaluation."""

from __future__ import annotations

from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.session import CACHE_FOLDER
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.files.atomic import writable_folder

_OWN_FILES = ("records.csv", "results.json")


def results_folder(output: str, settings: Settings) -> Path:
    """Check the folder for the results of an evaluation, which need not exist yet.

    Raises:
        InputError: The folder cannot be written, lies inside a folder that is evaluated, or holds files of these names
            that no evaluation has written.
    """
    folder = writable_folder(output)
    inputs = {f"{group}.root": getattr(settings, group).get("root") for group in ("data", "mask")}
    inputs |= {f"methods.{title}": source for title, source in settings.sources.items()}
    for key, source in inputs.items():
        given = Path(source or "???").expanduser()
        if given.is_dir() and folder.resolve().is_relative_to(given.resolve()):
            raise InputError(
                f"output: {folder} lies in {key}={source}, whose images are evaluated: choose another folder"
            )
    foreign = [name for name in _OWN_FILES if (folder / name).exists()]
    if foreign and not (folder / CACHE_FOLDER).is_dir():
        raise InputError(
            f"output: {folder} holds a {foreign[0]} that no evaluation has written: choose another folder, or move it"
        )
    return folder
