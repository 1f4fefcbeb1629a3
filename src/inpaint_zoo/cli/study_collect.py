"""`inpaint-zoo study collect FILES`: what the answers of a study say, beside the metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from rich.console import Console
from rich.text import Text

from inpaint_zoo.checks import one_path, string_or_strings
from inpaint_zoo.errors import InputError
from inpaint_zoo.files.atomic import writable_folder
from inpaint_zoo.files.outputs import refuse_replacing
from inpaint_zoo.tables import WIDTH, terminal
from inpaint_zoo.user_study.answers import collect
from inpaint_zoo.user_study.key import read_key
from inpaint_zoo.user_study.outcome import outcome_of
from inpaint_zoo.user_study.report import Report, write_report
from inpaint_zoo.user_study.votes import votes_of

FILES = ("study.json", "study.md", "study.csv")


def run(config: DictConfig) -> None:
    """Print the tables, and write them where `output` is given."""
    output = None if config.output is None else writable_folder(config.output)
    if output is not None:
        refuse_replacing([output / name for name in FILES], force=config.force)
    given: Any = OmegaConf.to_container(config, resolve=True)
    paths = _files(string_or_strings(given["answers"], "answers", "[a.json,b.json]"))
    key = read_key(Path(one_path(config.key, "key")).expanduser())
    collected = collect(paths, key)
    if not collected.ballots:
        raise InputError(f"answers: none of {collected.num_inattentive} voters has passed all attention checks")
    votes = votes_of(collected.ballots, key)
    report = Report(key, collected, votes.crossed, outcome_of(votes, key))
    if output is not None:
        write_report(report, output)
    console = Console(width=WIDTH, highlight=False)
    for table in report.tables:
        console.print(terminal(table))
    for line in report.notes:
        console.print(Text(line))
    if output is not None:
        print(f"tables: {output / 'study.md'}")


def _files(given: list[str]) -> list[Path]:
    """The files, and those in the folders, sorted by name."""
    found: list[Path] = []
    for path in map(Path, given):
        inside = sorted(path.expanduser().glob("*.json")) if path.expanduser().is_dir() else [path.expanduser()]
        if not inside:
            raise InputError(f"answers: {path} holds no .json file")
        found += inside
    return found
