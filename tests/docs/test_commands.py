"""Every command line that a page shows is one: its verb exists and what follows it composes. Nothing is run."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hydra.types import RunMode

from inpaint_zoo.cli.main import VERBS, main
from inpaint_zoo.config.compose import compose, config_name, hydra_session
from inpaint_zoo.config.overrides import quote_paths
from inpaint_zoo.jobs.sweep.plan import plan_sweep

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path for path in ROOT.rglob("*.md") if not re.match(r"\.|runs|shared|docs/extending", str(path.relative_to(ROOT)))
)
BLOCK = re.compile(r"^```\w*\n(.*?)^```|(?:^ {4}[^\n]*\n)+", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`]+)`")
PROGRAM = re.compile(r"^(?:.* )?(?:inpaint-zoo|-m inpaint_zoo) (?P<arguments>.*)$")


def code(page: Path) -> Iterator[str]:
    """Lines of blocks, with their continuations, and what stands in code font."""
    text = page.read_text(encoding="utf-8")
    for block in BLOCK.finditer(text):
        yield from re.sub(r"\\\n\s*", "", block[1] or block[0]).splitlines()
    yield from (" ".join(span.split()) for span in SPAN.findall(BLOCK.sub("", text)))


def arguments(line: str) -> list[str] | None:
    """What a shell would hand to the program, without `...` for what is left out."""
    found = PROGRAM.match(re.sub(r"\$\(.*\)", "", line))
    if found is None or "VERB" in line or "error:" in line or "--config-dir" in line:  # which needs the user's files
        return None
    return [word for word in shlex.split(found["arguments"], comments=True) if word not in ("...", "…")]


COMMANDS = {" ".join(words): words for page in PAGES for line in code(page) if (words := arguments(line))}
SWEEPS = {line for line, words in COMMANDS.items() if {"-m", "--multirun"} & {*words}}


def parts(words: list[str]) -> tuple[str, list[str]]:
    (*_, verb) = sorted(verb for verb in VERBS if words[: len(verb.split())] == verb.split())
    return verb, words[len(verb.split()) :]


def test_commands_are_found() -> None:
    assert {parts(words)[0] for words in COMMANDS.values()} == {*VERBS}
    assert SWEEPS


@pytest.mark.parametrize("line", sorted(COMMANDS.keys() - SWEEPS))
def test_a_command_composes(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMANDS[line], "--cfg", "job"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("line", sorted(SWEEPS))
def test_every_job_of_a_sweep_composes(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("DIR", "images"):  # the folders of data in the pages
        (tmp_path / folder).mkdir()
    verb, words = parts(COMMANDS[line])
    overrides = quote_paths(verb, [word for word in words if not word.startswith("-")])
    with hydra_session(verb) as hydra:
        master = compose(config_name(verb), overrides, RunMode.MULTIRUN)
        assert len(plan_sweep(hydra.config_loader, master, overrides).jobs) > 1


def test_targets_and_extras_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    lines = [line for page in PAGES for line in code(page)]
    assert {match[1] for line in lines if (match := re.match(r"make ([a-z-]+)", line))} <= targets
    assert {extra for line in lines for extra in re.findall(r"inpaint-zoo\[(\w+)\]", line)} <= extras.keys()
