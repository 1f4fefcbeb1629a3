"""What an audit found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """One file."""

    name: str
    """Of an image its split and name, `train/a.jpg`; of a mask its path below the folder of masks."""
    detail: str
    excluded: bool = False
    """Whether `data.exclude=` should leave it out."""
    also: tuple[str, ...] = ()
    """Its names in splits that intentionally contain all of train; they are left out with it."""


@dataclass(frozen=True)
class Finding:
    """Files with the same problem."""

    title: str
    advice: str
    """What to do about it."""
    items: Sequence[Item]
