import io

import pytest
from rich.console import Console

from inpaint_zoo.tables import (
    Cell,
    Column,
    Table,
    csv_text,
    html,
    markdown,
    section,
    tabular,
    terminal,
)

NAME = Column("name", "Name", is_text=True)
PSNR = Column("psnr", "PSNR", 2, True, kind="image")
PLAIN = Table(
    "Title",
    (NAME, PSNR),
    [
        ["a", Cell("30.00", "30.001", best=True, below={"interval": "[29, 31]"})],
        ["b", Cell("29.50", "29.499", second=True, tied=True, below={"interval": "[28, 31]"})],
        ["c", Cell("–", "")],
    ],
    subtitle="protocol x",
    note="3 images",
)
METRIC = Column("metric", "Metric", is_text=True, groups=True)
GROUPED = Table(
    "Title",
    (METRIC, NAME, Column("20", "0–20 %")),
    [["Images", "", "3"], ["PSNR ↑", "a", "30.00"], ["PSNR ↑", "b", "29.50"], ["L1 ↓", "a", "1.00"]],
)


def printed(table: Table, color_system=None) -> list[str]:
    console = Console(width=80, file=io.StringIO(), color_system=color_system, force_terminal=color_system is not None)
    console.print(terminal(table))
    return console.file.getvalue().splitlines()


def test_terminal_puts_what_is_below_below_and_keeps_digits_aligned() -> None:
    lines = [line.rstrip() for line in printed(PLAIN)]
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


def test_markdown_is_as_narrow_as_its_cells() -> None:
    assert markdown(PLAIN).splitlines() == [
        "| Name | PSNR ↑ |",
        "| --- | ---: |",
        "| a | **30.00** [29, 31] |",
        "| b | 29.50 [28, 31]† |",
        "| c | – |",
    ]


def test_a_section_of_markdown_is_aligned_and_names_a_group_once() -> None:
    assert section(GROUPED).splitlines() == [
        "## Title",
        "",
        "| Metric | Name | 0–20 % |",
        "| ------ | ---- | -----: |",
        "| Images |      |      3 |",
        "| PSNR ↑ | a    |  30.00 |",
        "|        | b    |  29.50 |",
        "| L1 ↓   | a    |   1.00 |",
    ]
    assert section(PLAIN).startswith("## Title (protocol x)\n\n")


def test_latex_heads_groups_and_marks_second_and_ties() -> None:
    assert tabular(GROUPED) == [
        r"\begin{tabular}{lr}",
        r"\toprule",
        r"Name & 0--20\,\% \\",
        r"\midrule",
        r"Images & 3 \\",
        r"\midrule",
        r"\multicolumn{2}{l}{\emph{PSNR $\uparrow$}} \\",
        r"a & 30.00 \\",
        r"b & 29.50 \\",
        r"\midrule",
        r"\multicolumn{2}{l}{\emph{L1 $\downarrow$}} \\",
        r"a & 1.00 \\",
        r"\bottomrule",
        r"\end{tabular}",
    ]
    assert tabular(PLAIN)[4:7] == [
        r"a & \textbf{30.00} {\scriptsize [29, 31]} \\",
        r"b & \underline{29.50}$^\dagger$ {\scriptsize [28, 31]} \\",
        r"c & -- \\",
    ]


def test_html_has_what_the_page_sorts_and_hides() -> None:
    source = html(PLAIN)
    assert '<th scope="col" data-best="high" class="image">PSNR ↑</th>' in source
    assert '<td data-value="30.001" class="image best">' in source
    assert '29.50<abbr title="not significantly different from the best">†</abbr></span>' in source
    assert '<small class="interval">[29, 31]</small>' in source
    assert '<td data-value="" class="image">' in source
    assert '<caption><span>Title <span class="count">3 images</span> <strong class="tag">protocol x</strong>' in source


def test_csv_has_unrounded_values_and_every_group() -> None:
    assert csv_text(PLAIN) == "name,psnr\r\na,30.001\r\nb,29.499\r\nc,\r\n"
    assert csv_text(GROUPED).splitlines()[3] == "PSNR ↑,b,29.50"


def test_without_drops_columns_by_their_keys() -> None:
    table = GROUPED.without("metric", "20")
    assert table.headings == ("Name",)
    assert table.rows == [[""], ["a"], ["b"], ["a"]]
