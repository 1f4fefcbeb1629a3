"""What may not stand on one board: other protocols, other evaluation sets, other code, two methods of one name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.board.entries import Entry
from inpaint_zoo.evaluation.verification.numbers import different_numbers, numbers_of
from inpaint_zoo.evaluation.verification.samples import different_samples
from inpaint_zoo.metrics.records import Record

_SAME_CODE = ("data", "protocols", "metrics")
"""Parts of the code that must be the same: with others, equal names may mean other numbers."""


def refuse_mixed(entries: Sequence[Entry]) -> None:
    """Refuse results that were not made on the same images and masks, in the same way.

    Raises:
        InputError: Two differ; one line that names both, and in what.
    """
    first = entries[0]
    for other in entries[1:]:
        reason = _protocols(first, other) or _sets(first, other) or _code(first, other)
        if reason:
            raise InputError(f"{first.path} and {other.path} {reason}: make a board of each")


def _protocols(one: Entry, other: Entry) -> str:
    if one.results.hashes.get("protocol") != other.results.hashes.get("protocol"):
        return f"have other protocols ({_protocol(one)} and {_protocol(other)})"
    weights = [entry.results.settings.get("lpips_weights", "imagenet") for entry in (one, other)]
    return "have other weights of LPIPS" if weights[0] != weights[1] else ""


def _protocol(entry: Entry) -> str:
    size = entry.protocol.size
    return f"{entry.protocol.name} at {'native size' if size is None else f'{size[1]}x{size[0]}'}"


def _sets(one: Entry, other: Entry) -> str:
    lines = different_samples(one.complete.samples, other.complete.samples)
    return f"are of other evaluation sets ({'; '.join(lines)})" if lines else ""


def _code(one: Entry, other: Entry) -> str:
    own, its = one.complete.code, other.complete.code
    parts = [part for part in _SAME_CODE if own.get(part) != its.get(part)]
    if parts:
        return f"were made by other code ({', '.join(parts)})"
    if (own == its) != (one.results.hashes["code"] == other.results.hashes["code"]):
        return "contradict each other about the hash of their code"
    return ""


def all_records(entries: Sequence[Entry]) -> list[Record]:
    """The records of every method, each method once; the files where it is found again are compared with the first.

    Raises:
        InputError: One name stands for two methods, or one method has two results.
    """
    owners: dict[str, Entry] = {}
    for entry in entries:
        for title in entry.titles:
            first = owners.setdefault(title, entry)
            if first is not entry:
                _refuse_another(title, first, entry)
    return [record for title, entry in owners.items() for record in entry.records if record.method == title]


def _refuse_another(title: str, first: Entry, other: Entry) -> None:
    own, its = (entry.results.labels["methods"][title] for entry in (first, other))
    if own != its:
        keys = sorted(key for key in own.keys() | its.keys() if own.get(key) != its.get(key))
        raise InputError(
            f"{title} is another method in {first.path} than in {other.path} ({', '.join(keys)}): evaluate one of them "
            "under another name"
        )
    line = next(different_numbers(_numbers(first, title), _numbers(other, title), 1e-6), None)
    if line is not None:
        raise InputError(f"{first.path} and {other.path} have two results of the same method: {line}")


def _numbers(entry: Entry, title: str) -> Mapping[tuple[str, str], Mapping[str, float | None]]:
    own = (record for record in entry.records if record.method == title)
    return {(record.method, record.name): numbers_of(record) for record in own}
