"""What an examination found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One file."""

    name: str
    """Of an image with its split before it, `train/a.jpg`; of a mask its path below the folder of masks."""
    detail: str
    excluded: bool = False
    """Whether `data.exclude=` should leave it out."""
    also: tuple[str, ...] = ()
    """Its names in splits that contain all of train on purpose; they are left out with it."""


@dataclass(frozen=True)
class Finding:
    """Files with the same thing the matter."""

    title: str
    advice: str
    """What to do about it."""
    items: Sequence[Item]
