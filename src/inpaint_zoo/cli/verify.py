"""`inpaint-zoo verify results.json`: compute the results again and compare them with the file."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from inpaint_zoo.checks import finite
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.data.mask_keys import MaskRule
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.manifest import trusted_node, with_root
from inpaint_zoo.evaluation.results_file import Results, labels, read_results_file
from inpaint_zoo.evaluation.session import open_session
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.metrics.score import RATIO
from inpaint_zoo.runtime.processes import Processes

Key = tuple[str, str]
"""Method, and name of the sample."""
Numbers = Mapping[str, float | None]


def run(config: DictConfig) -> None:
    """Print every difference to the file.

    Raises:
        InputError: Images, masks, weights, protocol or numbers differ from those of the file.
    """
    quiet_libraries()
    tolerance = finite(config.tolerance, "tolerance")
    if tolerance < 0:
        raise InputError(f"tolerance is {tolerance:g}: give 0 or a positive number")
    path = Path(config.results).expanduser()
    stored = read_results_file(path)
    session = open_session(_settings(stored, config))
    changed = _changed(stored.hashes, session.hashes())
    with tempfile.TemporaryDirectory() as folder:
        evaluated = session.evaluate(Path(folder), Processes(0, 1), force=False)
    records = [each.record for each in evaluated]
    found = {(record.method, record.name): {RATIO: record.ratio, **record.metrics} for record in records}
    renamed = [f"{name}: not what was evaluated" for name in sorted(_changed(stored.labels, labels(session)))]
    different = [*renamed, *_different_numbers(stored.numbers, found, tolerance)]
    for line in [*(f"{name}: another hash" for name in sorted(changed)), *different]:
        print(line)
    changed.discard("code")  # printed above; other code is an error only if it gives other numbers
    if changed or different:
        raise InputError(f"{path}: {len(different)} entries and {len(changed)} hashes differ from those computed here")
    print(f"{path}: {len(found)} records verified, no number differs by more than {tolerance:g}")


def _settings(results: Results, config: DictConfig) -> Settings:
    """The settings of the file; folders given on the command line replace those of the file.

    Raises:
        InputError: The settings are damaged, or name an unknown data set, mask or protocol.
    """
    try:
        rule = MaskRule(results.settings.get("mask_rule", MaskRule.POSITION))  # old files record none
        settings = Settings(**{**results.settings, "device": config.device, "mask_rule": rule})
        nodes = {group: trusted_node(getattr(settings, group), group) for group in ("data", "mask", "protocol")}
        if nodes["data"].get("eval_repeats", 1) > len(results.numbers):
            raise TypeError("data.eval_repeats is larger than the number of records")
        sources = {**settings.sources, **{str(title): str(value) for title, value in config.methods.items()}}
    except (TypeError, ValueError) as error:
        raise InputError(f"results: its settings cannot be read ({error})") from error
    data, mask = (with_root(nodes[group], config[group].root) for group in ("data", "mask"))
    return replace(settings, data=data, mask=mask, protocol=nodes["protocol"], sources=sources)


def _changed(expected: Mapping[str, Any], found: Mapping[str, Any]) -> set[str]:
    return {name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)}


def _different_numbers(stored: Mapping[Key, Numbers], found: Mapping[Key, Numbers], tolerance: float) -> Iterator[str]:
    """A line for every number that differs by more than `tolerance`, and for every record that is only on one side."""
    for method, name in sorted(stored.keys() | found.keys()):
        ours, theirs = found.get((method, name)), stored.get((method, name))
        if ours is None or theirs is None:
            yield f"{method}, {name}: only in {'the file' if ours is None else 'what was computed'}"
            continue
        for key in [*ours, *(key for key in theirs if key not in ours)]:
            if key not in ours or key not in theirs:
                yield f"{method}, {name}: {key} is only in {'the file' if key in theirs else 'what was computed'}"
            elif not _equal(theirs[key], ours[key], tolerance):
                yield f"{method}, {name}: {key} is {ours[key]}, the file says {theirs[key]}"


def _equal(stored: float | None, computed: float | None, tolerance: float) -> bool:
    if stored is None or computed is None:
        return stored is computed
    return stored == computed or abs(stored - computed) <= tolerance
