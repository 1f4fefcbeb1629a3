import io

import pytest
from rich.console import Console

from inpaint_zoo.tables import Cell, Column, Table, terminal

NAME = Column("name", "Name", is_text=True)
PSNR = Column("psnr", "PSNR", 2, True)


def printed(table: Table, color_system=None) -> list[str]:
    console = Console(width=80, file=io.StringIO(), color_system=color_system, force_terminal=color_system is not None)
    console.print(terminal(table))
    return console.file.getvalue().splitlines()


def test_terminal_puts_what_is_below_below_and_keeps_digits_aligned(plain: Table) -> None:
    lines = [line.rstrip() for line in printed(plain)]
    assert lines[:2] == ["Title", "protocol x"]
    assert lines[3:11] == [
        "  Name      PSNR ↑",
        " ──────────────────",
        "  a          30.00",
        "          [29, 31]",
        "  b         29.50†",
        "          [28, 31]",
        "  c              –",
        "",
    ]
    assert lines[11] == "3 images"


def test_terminal_marks_the_best_and_colours_states() -> None:
    text = "\n".join(printed(Table("", (NAME,), [[Cell("x", color="red")], [Cell("y", best=True)]]), "standard"))
    assert "\x1b[31mx" in text
    assert "\x1b[1;32my" in text


@pytest.mark.parametrize(("count", "indent"), [(5, 2), (7, 1)])
def test_a_table_that_is_too_wide_for_a_terminal_gets_narrower_gaps(count: int, indent: int) -> None:
    columns = (NAME, *(Column(str(n), "9" * 8) for n in range(count)))
    lines = printed(Table("", columns, [["n" * 5, *["1"] * count]]))
    assert max(map(len, lines)) <= 80
    assert "…" not in "".join(lines)
    head = next(line for line in lines if "Name" in line)
    assert head.index("Name") == indent


def test_long_texts_are_broken_into_lines() -> None:
    lines = printed(Table("", (NAME, PSNR), [["n" * 200, "1"]]))
    assert sum(line.count("n") for line in lines) == 200
    assert max(map(len, lines)) <= 80
