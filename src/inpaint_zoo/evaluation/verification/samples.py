"""Images and masks that are not those of an evaluation, by name."""

from __future__ import annotations

from collections.abc import Sequence

from inpaint_zoo.evaluation.manifest import Entry
from inpaint_zoo.files.name_matching import few

_COMPARED = ("photograph", "image", "mask", "ratio", "size", "mask_source")


def changed_names(stored: Sequence[Entry], found: Sequence[Entry], key: str) -> list[str]:
    """The samples that both lists have, in which an entry differs."""
    ours = {entry.name: entry for entry in found}
    both = [(entry, ours[entry.name]) for entry in stored if entry.name in ours]
    return [theirs.name for theirs, own in both if getattr(theirs, key) != getattr(own, key)]


def different_samples(stored: Sequence[Entry], found: Sequence[Entry]) -> list[str]:
    """A line for each entry that differs in some samples, and for samples that one of the lists has not."""
    theirs, ours = ({entry.name for entry in entries} for entries in (stored, found))
    lines = [
        f"{source}: {few(names)}"
        for key in _COMPARED
        if (names := changed_names(stored, found, key)) and (source := f"samples, {key}")
    ]
    lines += [f"samples, only in the file: {few(sorted(theirs - ours))}"] if theirs - ours else []
    return lines + ([f"samples, not in the file: {few(sorted(ours - theirs))}"] if ours - theirs else [])


def changed_mask_files(stored: Sequence[Entry], found: Sequence[Entry]) -> list[str]:
    """The samples whose mask is what it was, but comes from a file that is not."""
    used = set(changed_names(stored, found, "mask"))
    known = [entry for entry in stored if entry.mask_file is not None]
    return [name for name in changed_names(known, found, "mask_file") if name not in used]
