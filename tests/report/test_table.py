import csv
import io
import re

import pytest
from rich.console import Console

from inpaint_zoo.metrics import METRICS, Record, summarise
from inpaint_zoo.report.table import csv_table, markdown_table, terminal_tables


def records_of(method: str, psnrs: list[float], ratio: float = 0.1) -> list[Record]:
    values = dict.fromkeys(METRICS, None)
    return [Record(method, f"{n}.png", f"{n}.png", ratio, values | {"psnr": psnr, "l1": 0.05}) for n, psnr in enumerate(psnrs)]


def cells(markdown: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in markdown.splitlines()
        if line.startswith("|")
    ]


def test_markdown_reads_as_a_table():
    table = cells(markdown_table(summarise(records_of("good", [30, 32]) + records_of("bad", [20, 21], ratio=0.1))))
    assert table[0] == ["Metric", "Method", "0–20 %", "20–40 %", "40–60 %", "> 60 %", "no hole", "all"]
    assert table[2] == ["Pictures", "", "2", "0", "0", "0", "0", "2"]
    rows = {(line[0], line[1]): line[2:] for line in table}
    assert rows["PSNR ↑", "good"] == ["**31.00**", "–", "–", "–", "–", "**31.00**"]
    assert rows["", "bad"] == ["–"] * 6
    assert ["", "bad", "20.50", "–", "–", "–", "–", "20.50"] in table
    assert rows["LPIPS ↓", "good"] == ["–"] * 6
    assert rows["L1 % ↓", "good"] == ["**5.00**", "–", "–", "–", "–", "**5.00**"]


def test_markdown_source_is_aligned_and_narrow(report):
    lines = [line for line in markdown_table(summarise(report.records)).splitlines() if line.startswith("|")]
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= 110


@pytest.mark.parametrize("method", ["a|b", "two\nlines", "**x**", "<b>", "猫"])
def test_no_method_name_breaks_the_table(method: str):
    table = cells(markdown_table(summarise(records_of(method, [30]) + records_of("plain", [20]))))
    assert {len(line) for line in table} == {8}
    assert len(table) == 2 + 1 + 5 * 2


def test_notes_of_the_caller_come_first(report):
    notes = markdown_table(summarise(report.records), ["first <note>"]).split("\n\n")[1].splitlines()
    assert notes[0] == r"- first \<note\>"
    assert all(note.startswith("- ") for note in notes)


def test_capped_pictures_are_counted_below():
    capped = markdown_table(summarise(records_of("m", [100, 100, 40])))
    assert "capped at 100 dB" in capped
    assert "(m: 2)" in capped
    assert "capped" not in markdown_table(summarise(records_of("m", [40])))


def test_unequal_numbers_of_pictures_are_pointed_out():
    markdown = markdown_table(summarise(records_of("a", [30, 30]) + records_of("b", [30])))
    assert "(a: 2, b: 1)" in markdown
    assert "do not compare" not in markdown_table(summarise(records_of("a", [30]) + records_of("b", [30])))


def test_csv_has_the_unrounded_means(report):
    rows = summarise(report.records)
    lines = list(csv.DictReader(io.StringIO(csv_table(rows), newline="")))
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert (line["method"], line["bin"], int(line["num_pictures"])) == (row.method, row.bin, row.num_pictures)
        assert {key: float(line[key]) if line[key] else None for key in METRICS} == row.means


def test_no_table_shows_nan(report):
    rows = summarise(report.records)
    assert "nan" not in (markdown_table(rows) + csv_table(rows)).lower()


def test_terminal_fits_80_columns(report):
    console = Console(width=80, file=io.StringIO(), color_system=None)
    tables = terminal_tables(summarise(report.records + records_of("a method with [red]quite a long[/red] name", [20])))
    for table in tables:
        console.print(table)
    text = console.file.getvalue()
    assert [table.title for table in tables][-1] == "all, pictures: 3"
    assert len(tables) == 4
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "[red]" in text
    assert text.count("LPIPS ↓") == 4


def test_nothing_to_show():
    assert terminal_tables([]) == []
    assert "Pictures" in markdown_table([])


def hole_records(method: str, value: float | None) -> list[Record]:
    return [Record(method, "a.png", "a.png", 0.3, dict.fromkeys(METRICS, None) | {"hole_psnr": value})]


def test_distance_to_a_reference_stands_below():
    rows = summarise(hole_records("telea", 20.0) + hole_records("ours", 18.5) + hole_records("other", None))
    table = cells(markdown_table(rows, reference="telea"))
    assert table[-2] == ["PSNR hole − telea", "ours", "–", "-1.50", "–", "–", "–", "-1.50"]
    assert table[-1] == ["", "other", *["–"] * 6]
    console = Console(width=80, file=io.StringIO())
    console.print(terminal_tables(rows, "telea")[-1])
    assert re.search(r"ours +-1\.50 +-1\.50", console.file.getvalue())
