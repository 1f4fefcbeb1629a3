"""Trained networks that come with the package: one small safetensors file for each model, with a card beside it."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def list_bundles() -> list[str]:
    """Names of the models with packaged weights, sorted."""
    return sorted(path.stem for path in _FOLDER.glob("*.safetensors"))


def packaged_weights(model: str) -> Path | None:
    """The file with the packaged weights of a model, or None: there are none."""
    return _FOLDER / f"{model}.safetensors" if model in list_bundles() else None
