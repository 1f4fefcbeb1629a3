"""`inpaint-zoo verify results.json`: compute the results again and compare them with the file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from omegaconf import DictConfig

from inpaint_zoo.checks import finite
from inpaint_zoo.cli.console import quiet_libraries
from inpaint_zoo.data.mask_keys import MaskRule
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.manifest import trusted_node, with_root
from inpaint_zoo.evaluation.results_file import Results, read_results_file
from inpaint_zoo.evaluation.session import open_session
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.evaluation.verification.results import Verification


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
    with tempfile.TemporaryDirectory() as spare:
        found = Verification(stored, path.parent, session, tolerance, Path(spare)).run()
    for line in found.lines():
        print(line)
    if found.hashes or found.different:
        raise InputError(
            f"{path}: {len(found.different)} entries and {len(found.hashes)} hashes differ from those computed here"
        )
    print(f"{path}: {found.num_records} records verified, no number differs by more than {tolerance:g}")


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
