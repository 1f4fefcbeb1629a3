"""Trained networks by name: those that come with the package, each with a card beside it, and those on a hub."""

from __future__ import annotations

import os
import re
from pathlib import Path

from inpaint_zoo.bundles.hub import download

_FOLDER = Path(__file__).parent


def list_bundles() -> list[str]:
    """Names of the models with packaged weights, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.safetensors"))


def packaged_weights(model: str) -> Path | None:
    """The file with the packaged weights of a model, or None: there are none."""
    return _FOLDER / f"{model}.safetensors" if model in list_bundles() else None


def packaged_card(model: str) -> Path:
    """The card of a model with packaged weights."""
    return _FOLDER / f"{model}.md"


def weights_file(named: str | os.PathLike[str]) -> Path:
    """The file of weights that a user names, which need not be there.

    Args:
        named: A model with packaged weights, an address `hf://…` (see `bundles.hub`), or a path (`./misf` for a file
            that has the name of a model).

    Raises:
        InputError: It is an address, and nothing can be had from there, or no address of the Hub.
    """
    if isinstance(named, str) and re.match(r"\w+:/", named):
        return download(named)
    return packaged_weights(str(named)) or Path(named).expanduser()
