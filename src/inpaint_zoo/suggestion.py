"""Find the word that somebody meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from inpaint_zoo.errors import InputError

T = TypeVar("T")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `", did you mean 'x'?"` for the known word nearest to `word`, or an empty text when none is near.

    A dotted key is near to another one when the whole is, or when its last part is (`trainer.max_epoch` and
    `max_epochs`).
    """
    words = [str(name) for name in known]
    folded = {name.lower(): name for name in words}
    near = difflib.get_close_matches(word.lower(), folded, n=1, cutoff=0.5 if len(word) < 5 else 0.6)
    if near:
        return f", did you mean '{folded[near[0]]}'?"
    last_parts = {name.lower().rpartition(".")[2]: name for name in reversed(words)}
    near = difflib.get_close_matches(word.lower().rpartition(".")[2], last_parts, n=1, cutoff=0.75)
    return f", did you mean '{last_parts[near[0]]}'?" if near else ""


def choose(table: Mapping[str, T], name: str, argument: str) -> T:
    """Return the entry of a table that a configuration names.

    Raises:
        InputError: There is none of that name.
    """
    if name not in table:
        raise InputError(f"{argument} is one of {', '.join(table)}; got {name!r}{did_you_mean(name, table)}")
    return table[name]
