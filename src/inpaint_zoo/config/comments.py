"""The comments at the keys of YAML files, which composing a configuration loses; `--help` shows them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

_KEY = re.compile(
    r"""(?P<indent>\s*)(?P<key>[\w.]+):(?P<value>(?:\s+(?:"[^"]*"|'[^']*'|[^\s#]\S*))*)(?:\s+\#\s*(?P<comment>.*))?\s*"""
)


def comments_in(files: Iterable[tuple[Path, str]]) -> dict[str, str]:
    """The comments at the ends of lines of YAML files, by their dotted keys; of several for one key, the last.

    Args:
        files: The files of a configuration in the order of composition, and the key that each is below; "" for none.
    """
    found = {}
    for path, package in files:
        for key, _, comment in _lines(path.read_text(encoding="utf-8")):
            if comment:
                found[f"{package}.{key}".lstrip(".")] = comment
    return found


def with_comments(text: str, comments: Mapping[str, str], width: int) -> str:
    """A configuration as YAML with the comments at its keys: beside a key where there is room, otherwise above it.

    Args:
        text: YAML, as OmegaConf writes it.
        comments: By dotted keys.
        width: Of a line, in characters.
    """
    lines = []
    for key, line, _ in _lines(text):
        comment = comments.get(key, "")
        beside = f"{line}  # {comment}" if comment else line
        if len(beside) > width and comment:
            indent = line[: len(line) - len(line.lstrip())] + "# "
            lines += textwrap.wrap(comment, width, initial_indent=indent, subsequent_indent=indent)
        lines.append(beside if len(beside) <= width else line)
    return "\n".join(lines)


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    """Every line with its dotted key ("" for a line that begins no key) and the comment at its end."""
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        match = _KEY.fullmatch(line)
        if match is None:
            yield "", line, ""
            continue
        indent = len(match["indent"])
        above = [*((depth, key) for depth, key in above if depth < indent), (indent, match["key"])]
        yield ".".join(key for _, key in above), line, match["comment"] or ""
