"""The results of `compare` that a study is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from inpaint_zoo.checks import did_you_mean
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.report.images import choose_spread
from inpaint_zoo.evaluation.result_images import IMAGES, KeptImages
from inpaint_zoo.metrics.records import Record, read_records


class Comparison(NamedTuple):
    """Images that all methods have filled."""

    methods: Sequence[str]
    kept: KeptImages
    records: Mapping[str, Mapping[str, Record]]
    """By the name of the image and the method."""

    def ratio(self, name: str) -> float:
        """The hole ratio of an image."""
        return self.records[name][self.methods[0]].ratio

    def photograph(self, name: str) -> str:
        """The name of the photograph of an image, which images with other holes may share."""
        return self.records[name][self.methods[0]].photograph

    def chosen(self, count: int) -> Comparison:
        """At most `count` of the images, evenly spread over the hole ratios."""
        cases = [self.kept.case(name, self.methods) for name in self.records]
        names = [case.name for case in choose_spread(cases, {name: self.ratio(name) for name in self.records}, count)]
        return self._replace(records={name: self.records[name] for name in names})


def read_comparison(results: Path, methods: Sequence[str] | None = None) -> Comparison:
    """Read what `compare` left in a folder; images without a hole are left out, because all methods return them.

    Args:
        results: The folder, or the `results.json` in it.
        methods: Those to take; None takes all.

    Raises:
        InputError: The folder holds no comparison, a method is unknown, there are fewer than two, or no image is left
            or a picture is missing.
    """
    folder = results.parent if results.name == "results.json" else results
    if not (folder / IMAGES).is_dir() or not (folder / "records.csv").is_file():
        raise InputError(f"results: {results} holds no comparison: give the output folder of `inpaint-zoo compare`")
    records = read_records(folder / "records.csv")
    titles = _titles(methods, list(dict.fromkeys(record.method for record in records)))
    by_name: dict[str, dict[str, Record]] = {}
    for record in records:
        if record.method in titles and record.ratio > 0:
            by_name.setdefault(record.name, {})[record.method] = record
    complete = {name: own for name, own in by_name.items() if len(own) == len(titles)}
    if not complete:
        raise InputError(f"results: {folder} holds no image with a hole that all methods have filled")
    found = Comparison(titles, KeptImages(folder / IMAGES), complete)
    _refuse_missing(found)
    return found


def _titles(wanted: Sequence[str] | None, there: Sequence[str]) -> list[str]:
    for title in wanted or ():
        if title not in there:
            raise InputError(
                f"methods: there is no {title!r}{did_you_mean(title, there)} (there are {', '.join(there)})"
            )
    titles = list(dict.fromkeys(there if wanted is None else wanted))
    if len(titles) < 2:
        raise InputError(f"methods: a study needs two or more, and there is {', '.join(titles) or 'none'}")
    return titles


def _refuse_missing(comparison: Comparison) -> None:
    """Refuse pictures that are not there, and names that lead out of the folder."""
    kept = comparison.kept
    root = kept.folder.resolve()
    for path in kept.paths(comparison.records, comparison.methods):
        if not path.resolve().is_relative_to(root):
            raise InputError(f"results: {path} does not lie in {kept.folder}: repair records.csv, or compare again")
        if not path.is_file():
            raise InputError(f"results: {path} is missing: repeat the command of the comparison")
