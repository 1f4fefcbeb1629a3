"""`inpaint-zoo verify results.json`: compute the numbers again and compare."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from inpaint_zoo.cli import main
from inpaint_zoo.errors import InputError
from inpaint_zoo.judging import Session, Settings, open_session, read_results_file
from inpaint_zoo.manifest import trusted_node
from inpaint_zoo.parallel import Processes
from inpaint_zoo.quiet import quiet_libraries


def run(config: DictConfig) -> None:
    """Print what is the same and what is not.

    Raises:
        InputError: pictures, masks, weights, protocol or numbers differ from those of the file.
    """
    quiet_libraries()
    path = Path(config.results).expanduser()
    stored = read_results_file(path)
    session = open_session(_settings(stored["settings"], config))
    changed = _changed_hashes(stored["hashes"], session)
    with tempfile.TemporaryDirectory() as folder:
        judgements = session.judge(Path(folder), Processes(0, 1), force=False)
    found = {(each.record.method, each.record.name): each.record.metrics for each in judgements}
    different = list(_different_numbers(stored["records"], found, config.tolerance))
    for line in [*(f"{name}: another hash" for name in changed), *different]:
        print(line)
    changed.discard("code")  # said above; what counts is whether it gives other numbers
    if changed or different:
        raise InputError(f"{path}: {len(different)} numbers and {len(changed)} hashes differ from those computed here")
    print(f"{path}: {len(found)} records verified, no number differs by more than {config.tolerance:g}")


def _settings(stored: Mapping[str, Any], config: DictConfig) -> Settings:
    """What was judged; folders given on the command line replace those of the file.

    Raises:
        InputError: the settings are damaged, or name what is none of our data sets, masks and protocols.
    """
    try:
        settings = Settings(**{**stored, "device": config.device})
        nodes = {group: trusted_node(getattr(settings, group), group) for group in ("data", "mask", "protocol")}
        sources = {**settings.sources, **{str(title): str(value) for title, value in config.methods.items()}}
    except TypeError as error:
        raise InputError(f"results: its settings cannot be read ({error})") from error
    data, mask = (_moved(nodes[group], config[group].root) for group in ("data", "mask"))
    return replace(settings, data=data, mask=mask, protocol=nodes["protocol"], sources=sources)


def _moved(node: Mapping[str, Any], root: str | None) -> Mapping[str, Any]:
    return node if root is None else {**node, "root": root}


def _changed_hashes(expected: Mapping[str, str], session: Session) -> set[str]:
    found = session.hashes()
    return {name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)}


def _different_numbers(
    expected: list[Mapping[str, Any]], found: Mapping[tuple[str, str], Mapping[str, float | None]], tolerance: float
) -> Iterator[str]:
    """A line for every number that differs by more than `tolerance`, and for every record that only one side has."""
    stored = {(record["method"], record["name"]): record["metrics"] for record in expected}
    for method, name in stored.keys() | found.keys():
        ours, theirs = found.get((method, name)), stored.get((method, name))
        if ours is None or theirs is None:
            yield f"{method}, {name}: only in {'the file' if ours is None else 'what was computed'}"
            continue
        for key, value in theirs.items():
            if not _equal(value, ours.get(key), tolerance):
                yield f"{method}, {name}: {key} is {ours.get(key)}, the file says {value}"


def _equal(stored: float | str | None, computed: float | None, tolerance: float) -> bool:
    if stored is None or computed is None:
        return stored is computed
    expected = float(stored)
    return expected == computed or abs(expected - computed) <= tolerance


if __name__ == "__main__":
    raise SystemExit(main(["verify", *sys.argv[1:]]))
