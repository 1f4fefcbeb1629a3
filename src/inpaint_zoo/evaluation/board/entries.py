"""The results that a board is made of, each checked by itself. They may come from strangers: nothing in them is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import CONF_DIR
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.code_parts import code_parts
from inpaint_zoo.evaluation.manifest import Entry as Sample
from inpaint_zoo.evaluation.manifest import trusted_node
from inpaint_zoo.evaluation.protocols import Protocol
from inpaint_zoo.evaluation.result_images import is_title
from inpaint_zoo.evaluation.results_file import ReportEntry, Results, read_results_file
from inpaint_zoo.evaluation.significance import Estimates, estimates_of
from inpaint_zoo.evaluation.verification.estimates import different_estimates
from inpaint_zoo.files.hashing import combined_hash
from inpaint_zoo.files.name_matching import few
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import METRICS, RATIO

RESULTS = "results.json"
MAX_BYTES = 100_000_000
"""Size in bytes of the largest `results.json` that a board reads."""
MAX_RESULTS = 1000
"""Number of files that a board is made of, at most."""
_LONGEST_TITLE = 100
_RANGES: Mapping[str, tuple[float, float]] = {"psnr": (0, float("inf")), "ssim": (-1, 1), "l1": (0, 1)}
"""What a value of a measure can be."""


@dataclass(frozen=True)
class Complete:
    """What a board needs of a `results.json`; older versions did not write all of it."""

    samples: Sequence[Sample]
    code: Mapping[str, str]
    estimates: Estimates
    report: ReportEntry


@dataclass
class Entry:
    """A `results.json` with what was found about it."""

    path: Path
    results: Results
    complete: Complete
    protocol: Protocol
    checked: list[str] = field(default_factory=list)
    """What was compared, for readers."""
    not_checked: list[str] = field(default_factory=list)
    """What could not be, and why."""

    @cached_property
    def records(self) -> list[Record]:
        """The records of all methods."""
        return self.results.records()

    @cached_property
    def samples(self) -> Mapping[str, Sample]:
        """By name."""
        return {sample.name: sample for sample in self.complete.samples}

    @property
    def titles(self) -> Sequence[str]:
        """The methods."""
        return self.results.titles


def found_files(given: Sequence[str]) -> list[Path]:
    """The files that a user names: each a `results.json`, a folder with one, or a folder of such folders.

    Raises:
        InputError: There is none, or there are more than `MAX_RESULTS`.
    """
    if not given:
        raise InputError("results is missing: name results.json of `compare` or `evaluate`, or their folders")
    found = [path for each in given for path in _files_of(Path(each).expanduser())]
    unique = list({path.resolve(): path for path in found}.values())
    if len(unique) > MAX_RESULTS:
        raise InputError(f"results: there are {len(unique)} files, more than {MAX_RESULTS}: give fewer")
    return unique


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        if not path.is_file():
            raise InputError(f"results: {path} does not exist: name a {RESULTS}, or a folder with one")
        return [path]
    own = path / RESULTS
    files = [own] if own.is_file() else sorted(path.glob(f"*/{RESULTS}"))
    if not files:
        raise InputError(f"results: {path} holds no {RESULTS}, nor does a folder in it")
    return files


def read_entry(path: Path) -> Entry:
    """Read a `results.json` and check that nothing in it contradicts the rest of it.

    Raises:
        InputError: It is damaged, of an older version, or contradicts itself; one line that names the file.
    """
    results = read_results_file(path, MAX_BYTES)
    try:
        protocol: Protocol = construct(trusted_node(results.settings.get("protocol"), "protocol"))
    except InputError as error:
        raise InputError(f"{path}: its protocol cannot be used ({error})") from error
    entry = Entry(path, results, _complete(results, path), protocol)
    reason = next(_contradictions(entry), None)
    if reason is not None:
        raise InputError(f"{path}: {reason}")
    _check_estimates(entry)
    return entry


def _complete(results: Results, path: Path) -> Complete:
    samples, code, estimates, report = results.samples, results.code, results.estimates, results.report
    if samples is None or code is None or estimates is None or report is None or results.photographs is None:
        raise InputError(f"{path}: an older version wrote it, without what a board needs: evaluate again")
    return Complete(samples, code, estimates, report)


def _contradictions(entry: Entry) -> Iterator[str]:
    checks: Sequence[Callable[[Entry], Iterator[str]]] = (_titles, _samples, _records, _values, _hashes, _costs)
    return (line for check in checks for line in check(entry))


def _titles(entry: Entry) -> Iterator[str]:
    methods = entry.results.labels["methods"]
    for title in methods:
        if not is_title(title) or len(title) > _LONGEST_TITLE:
            yield f"method {title[:100]!r}: a name has up to 100 letters, digits, spaces and - _ + . @ ( ) only"
    if set(methods) != set(entry.titles):
        yield f"its methods are {few(sorted(methods))}, its records those of {few(sorted(entry.titles))}"
    for title, identity in methods.items():
        try:
            TypeAdapter(dict[str, str]).validate_python(identity, strict=True)
        except ValidationError:
            yield f"method {title}: its identity must be an object of strings"


def _samples(entry: Entry) -> Iterator[str]:
    names = [sample.name for sample in entry.complete.samples]
    if not names:
        yield "it has no samples"
    if len(set(names)) != len(names):
        yield "it names a sample twice"


def _records(entry: Entry) -> Iterator[str]:
    for title in entry.titles:
        own = {name for method, name in entry.results.numbers if method == title}
        if own != entry.samples.keys():
            wrong = few(sorted(own ^ entry.samples.keys()))
            yield f"{title} has not one record for each sample: {wrong}"
            return
    for record in entry.records:
        sample = entry.samples[record.name]
        if (record.ratio, record.photograph) != (sample.ratio, sample.photograph):
            yield f"{record.method}, {record.name}: ratio or photograph is not that of the sample"


def _values(entry: Entry) -> Iterator[str]:
    for (method, name), numbers in entry.results.numbers.items():
        if not set(METRICS) <= numbers.keys():
            yield f"{method}, {name}: {few(sorted(set(METRICS) - numbers.keys()))} is missing"
        for key, value in numbers.items():
            low, high = _RANGES.get(key.rpartition("_")[2], (-float("inf"), float("inf")))
            if key != RATIO and value is not None and not low <= value <= high:
                yield f"{method}, {name}: {key}={value} is no value of this metric"


def _hashes(entry: Entry) -> Iterator[str]:
    results, samples = entry.results, entry.complete.samples
    expected = {
        "images": combined_hash({sample.name: sample.image for sample in samples}),
        "masks": combined_hash({sample.name: sample.mask for sample in samples}),
        **{f"method {title}": combined_hash(identity) for title, identity in results.labels["methods"].items()},
    }
    wrong = [name for name, digest in expected.items() if results.hashes.get(name) != digest]
    if wrong:
        yield f"hash of {few(wrong)} is not that of what it lists"
    protocol = entry.protocol
    if (protocol.name, protocol.leaks) != (results.labels["protocol"], results.labels["leaks"]):
        yield f"it says protocol {results.labels['protocol'][:80]!r}, its settings give {protocol.name}"
    if not isinstance(results.hashes.get("code"), str):
        yield "it has no hash of its code"


def _costs(entry: Entry) -> Iterator[str]:
    for name, owners in (("costs", entry.results.costs), ("set_scores", entry.results.set_scores or {})):
        foreign = sorted(owners.keys() - set(entry.titles))
        if foreign:
            yield f"{name} has {few([one[:100] for one in foreign])}, which is none of its methods"


def _check_estimates(entry: Entry) -> None:
    """Compute the estimates of a file from its records.

    Raises:
        InputError: They differ from those in the file.
    """
    wrong = list(different_estimates(entry.complete.estimates, estimates_of(entry.records)))
    if not wrong:
        entry.checked.append("estimates follow from the records")
    elif entry.complete.code.get("statistics") == code_parts(CONF_DIR)["statistics"]:
        raise InputError(f"{entry.path}: {wrong[0]}")
    else:
        entry.not_checked.append("estimates: computed by other code of statistics")


def plain(value: Any) -> str:
    """A value from a file as a short text of one line."""
    return " ".join(str(value).split())[:200]
