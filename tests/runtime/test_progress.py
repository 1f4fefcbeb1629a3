from __future__ import annotations

import io
import sys
import time
from collections.abc import Iterator

import pytest

from inpaint_zoo.runtime.progress import SECONDS_BETWEEN_LINES, tracked


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_lines_are_printed_at_set_intervals(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A clock that each item moves by half an interval: every third item is later than a whole one."""
    now = 0.0

    def items() -> Iterator[str]:
        nonlocal now
        for item in "abcdefg":
            now += SECONDS_BETWEEN_LINES / 2
            yield item

    monkeypatch.setattr(time, "monotonic", lambda: now)
    assert "".join(tracked(items(), 7, "letters")) == "abcdefg"
    out, err = capsys.readouterr()
    assert (out, err) == ("", "letters: 3 of 7\nletters: 6 of 7\n")


def test_short_loops_print_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(tracked(iter(range(5)), 5, "numbers")) == [0, 1, 2, 3, 4]
    assert capsys.readouterr() == ("", "")


def test_items_are_taken_one_by_one() -> None:
    taken = []
    for item in tracked((taken.append(number) or number for number in range(3)), 3, "numbers"):  # type: ignore[func-returns-value]
        assert taken == list(range(item + 1))


def test_a_terminal_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    assert list(tracked("ab", 2, "letters")) == ["a", "b"]
    assert "letters" in terminal.getvalue()
    assert "100%" in terminal.getvalue()
