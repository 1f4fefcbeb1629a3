"""Where results go: into a folder of their own."""

from __future__ import annotations

from pathlib import Path

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.session import CACHE_FOLDER
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.files.atomic import writable_folder

_OWN_FILES = ("records.csv", "results.json")


def results_folder(output: str, settings: Settings) -> Path:
    """The folder for the results of an evaluation, which need not exist yet.

    Raises:
        InputError: it cannot be written, lies among the images that are evaluated, or holds somebody else's results.
    """
    folder = writable_folder(output)
    inputs = {f"{group}.root": getattr(settings, group).get("root") for group in ("data", "mask")}
    inputs |= {f"methods.{title}": source for title, source in settings.sources.items()}
    for key, source in inputs.items():
        given = Path(source or "???").expanduser()
        if given.is_dir() and folder.resolve().is_relative_to(given.resolve()):
            raise InputError(f"output: {folder} lies in {key}={source}, to which the results would add: choose another")
    foreign = [name for name in _OWN_FILES if (folder / name).exists()]
    if foreign and not (folder / CACHE_FOLDER).is_dir():
        raise InputError(f"output: {folder} holds a {foreign[0]} from elsewhere: choose another folder, or move it")
    return folder
