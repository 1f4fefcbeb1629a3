"""Whatever a name holds, every form of a table stays one table and shows the name."""

import csv
import io
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from inpaint_zoo.tables import (
    Cell,
    Column,
    Table,
    csv_text,
    html,
    markdown,
    printable,
    section,
    tabular,
    terminal,
)

ODD = [
    "a|b", "**x**", "_x_", "`x`", "<b>&amp;", "[x](javascript:1)", "![x](y)", "[x][y]", "~~x~~", "$x$ \\$", "a\\|b",
    "\x1b[31mred\x1b[0m", "two\nlines", "tab\t\r\n", "\udce9.png", "\u202etxt.exe", "%\\end{tabular}", "{_^#}", "\r",
    "猫 Ünï", "\"'></td>", "[bold]x[/bold]", "=1+1", "**", " ", "a__b_",
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(ODD), st.text(max_size=20), st.text("|*_`[]()<>&\\$~!#\x1b\n\r\x00:x^ ", min_size=1, max_size=12)
)
COLUMNS = [
    Column("group", "Group", is_text=True, groups=True),
    Column("name", "Name", is_text=True),
    Column("n", "N"),
]


def table_of(name: str) -> Table:
    value = Cell(name, best=True, second=True, tied=True, below={"interval": name}, color="red")
    return Table(name, COLUMNS, [["first", name, value], ["first", "plain", "1"], [name, "", "2"]], name, name)


def visible(text: str) -> str:
    """What a reader sees of a text, spaces aside."""
    return "".join(printable(text).split())


def odd(test):
    for name in ODD:
        test = example(name)(test)
    return given(TEXTS.filter(bool))(test)


@odd
def test_printable_has_no_control_characters(text: str) -> None:
    shown = printable(text)
    assert not {unicodedata.category(sign) for sign in shown.replace("\n", "")} & {"Cc", "Cf", "Cs"}
    assert printable(shown) == shown
    shown.encode()


@odd
def test_terminal(name: str) -> None:
    console = Console(width=80, file=io.StringIO(), color_system=None)
    console.print(terminal(table_of(name)))
    lines = console.file.getvalue().split("\n")
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for line in lines for sign in line)
    everything = "".join(sign for line in lines for sign in line)
    assert "plain" in everything
    if len(name) < 8 and "\n" not in name and name.strip():
        assert "".join(everything.split()).count(visible(name)) >= 4


def markdown_cells(source: str) -> list[list[str]]:
    """Texts of the cells as a reader of Markdown sees them."""
    rows: list[list[str]] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source):
        if token.type == "tr_open":
            rows.append([])
        if token.type == "inline" and rows:
            assert {child.type for child in token.children} <= {"text", "text_special", "strong_open", "strong_close"}
            rows[-1].append("".join("".join(child.content.split()) for child in token.children))
    return rows


@odd
def test_markdown(name: str) -> None:
    shown = visible(name)
    for source in (markdown(table_of(name)), section(table_of(name))):
        rows = markdown_cells(source)[-4:]
        assert [len(row) for row in rows] == [3, 3, 3, 3]
        assert rows[0] == ["Group", "Name", "N"]
        assert rows[1][:2] == ["first", shown]
        assert rows[1][2].replace("*", "") == f"{shown}{shown}†".replace("*", "")
        assert rows[3][0] == shown or name == "first"


@odd
def test_latex(name: str) -> None:
    lines = tabular(table_of(name))
    bare = re.sub(r"\\[#$%&_{}]", "", "\n".join(lines).replace(r"\\", ""))
    assert not set("#%~<>|") & set(bare)
    assert bare.count("{") == bare.count("}")
    assert bare.count("$") % 2 == 0
    assert lines[0] == r"\begin{tabular}{lr}"
    assert lines[-1] == r"\end{tabular}"
    assert sum(line.count(r"\end{tabular}") for line in lines) == 1
    rows = [line for line in lines if line.endswith(r" \\") and not line.startswith(r"\multicolumn")]
    assert {len(re.findall(r"(?<!\\)&", line)) for line in rows} == {1}
    assert not any("\n" in line for line in lines)


class Page(HTMLParser):
    """Tags, attributes and texts by the element around them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.texts: dict[str, str] = {}
        self.values: list[str | None] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.values += [value for key, value in attrs if key == "data-value"]
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts[self.open[-1] if self.open else ""] = self.texts.get(self.open[-1] if self.open else "", "") + data


@odd
def test_html(name: str) -> None:
    table = table_of(name)
    page, plain = Page(html(table)), Page(html(table_of("x")))
    assert page.open == []
    assert [tag for tag in page.tags if tag != "br"] == [tag for tag in plain.tags if tag != "br"]
    assert page.values[2] == printable(name)
    assert visible(page.texts.get("small", "")) == visible(name)
    assert visible(page.texts.get("strong", "")) == visible(name)


@odd
def test_csv_keeps_names(name: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(table_of(name)), newline="")))
    assert rows == [["group", "name", "n"], ["first", name, name], ["first", "plain", "1"], [name, "", "2"]]


@pytest.mark.parametrize("form", [html, markdown, section, terminal, csv_text])
def test_no_rows(form) -> None:
    assert form(Table("", COLUMNS, []))
