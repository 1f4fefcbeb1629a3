import math
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from inpaint_zoo.evaluation.report import Report, markdown_table
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.metrics import METRICS, Record


def records_of(method: str, psnrs: Sequence[float | None], ratio: float = 0.1, **more: float | None) -> list[Record]:
    values = dict.fromkeys(METRICS, None)
    return [
        Record(method, f"{n}.png", f"{n}.png", ratio, values | {"psnr": psnr} | more) for n, psnr in enumerate(psnrs)
    ]


def report_of(*records: list[Record], sure: bool = False, **more) -> Report:
    everything = [record for own in records for record in own]
    return Report("t", everything, [], estimates=estimates_of(everything, num_resamples=200) if sure else {}, **more)


def tables_of(report: Report) -> dict[str, list[list[str]]]:
    """Cells by the first words of the heading above them."""
    found = {}
    for section in markdown_table(report).split("## ")[1:]:
        title, _, body = section.partition("\n")
        rows = [line for line in body.splitlines() if line.startswith("|")]
        cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in rows]
        found[title.partition(",")[0].partition(" (")[0]] = [line for n, line in enumerate(cells) if n != 1]
    return found


MEANS = "Means by share of hole pixels"
FINE = "Means for every 10 % of hole pixels"


def test_reads_as_a_table():
    table = tables_of(report_of(records_of("good", [30, 32], l1=0.05), records_of("bad", [20, 21], l1=0.07)))[MEANS]
    assert table[0] == ["Metric", "Method", "0–20 %", "20–40 %", "40–60 %", "> 60 %", "no hole", "all"]
    assert table[1] == ["Images", "", "2", *["no images"] * 4, "2"]
    assert table[2:] == [
        ["PSNR ↑", "good", "**31.00**", "–", "–", "–", "–", "**31.00**"],
        ["", "bad", "20.50", "–", "–", "–", "–", "20.50"],
        ["L1 % ↓", "good", "**5.00**", "–", "–", "–", "–", "**5.00**"],
        ["", "bad", "7.00", "–", "–", "–", "–", "7.00"],
    ]


def test_means_have_intervals_and_ties_a_dagger():
    good = [30.0 + n for n in range(9)]
    close = [value - 0.5 * (-1) ** n for n, value in enumerate(good)]
    report = report_of(records_of("good", good), records_of("close", close), records_of("bad", [9.0] * 9), sure=True)
    cells = {line[1]: line[-1] for line in tables_of(report)[MEANS][2:]}
    intervals = {name: report.estimates["all", name, "psnr"].interval for name in ("good", "close")}
    shown = {name: f"[{low:.2f}, {high:.2f}]" for name, (low, high) in intervals.items()}
    assert cells["good"] == f"**34.00** {shown['good']} a"
    assert cells["close"] == f"33.94 {shown['close']} a†"
    assert cells["bad"] == "9.00 [9.00, 9.00] b"


def test_differences_to_the_best_have_interval_p_and_significance():
    values = [30.0, 31, 32, 33, 35, 36, 38]
    report = report_of(
        records_of("good", values),
        records_of("equal", values),
        records_of("bad", [value - 5 - n / 10 for n, value in enumerate(values)]),
        sure=True,
    )
    table = tables_of(report)["Differences to the best"]
    assert table[0] == ["Metric", "Method", "Difference", "95 % interval", "p", "Significant", "Best"]
    assert table[1] == ["PSNR ↑", "good", "+0.00", "[+0.00, +0.00]", "1.000", "no †", "equal"]
    assert table[2][:3] == ["", "bad", "−5.30"]
    assert re.fullmatch(r"\[−5\.\d\d, −5\.\d\d\]", table[2][3])
    assert table[2][4:] == [f"{report.estimates['all', 'bad', 'psnr'].difference.p:.3f}", "yes", "equal"]


def test_too_few_photographs_have_no_interval_no_p_and_no_mark():
    report = report_of(records_of("a", [30.0] * 5), records_of("b", [20.0] * 5), sure=True)
    table = tables_of(report)[MEANS]
    assert table[2] == ["Photographs", "", "5: too few photographs", "–", "–", "–", "–", "5: too few photographs"]
    assert [line[-1] for line in table[3:]] == ["**30.00**", "20.00"]
    assert tables_of(report)["Differences to the best"][1][2:6] == ["−10.00", "too few photographs", "–", "–"]
    assert tables_of(report)[FINE][1][2] == "5, too few photographs"
    assert "Too few photographs for intervals, p values and marks, fewer than 6: 0–20 %, 0–10 %, all" in markdown_table(
        report
    )
    assert "†" not in markdown_table(report)


def test_photographs_are_counted_where_one_bin_has_too_few():
    few = [replace(one, name=f"few {one.name}", photograph=f"few {one.name}") for one in records_of("a", [20.0], 0.3)]
    table = tables_of(report_of(records_of("a", [30.0, 31, 32, 33, 34, 36]), few, sure=True))[MEANS]
    assert table[2] == ["Photographs", "", "6", "1: too few photographs", "–", "–", "–", "7"]
    assert table[3][2].startswith("32.67 [")
    assert table[3][3] == "20.00"


def test_a_method_alone_has_no_table_of_differences():
    assert "Differences to the best" not in tables_of(report_of(records_of("a", [30.0, 20.0]), sure=True))


def test_known_pixels_say_whether_they_were_left_alone():
    clean = records_of("clean", [30], known_psnr=100.0, known_l1=0.0)
    report = report_of(clean, records_of("smudged", [30], known_psnr=40.0, known_l1=0.01), records_of("unknown", [30]))
    table = tables_of(report)["Known pixels"]
    assert table == [
        ["Method", "Known pixels", "PSNR known ↑", "L1 known % ↓"],
        ["clean", "zero error", "100.00", "0.00"],
        ["smudged", "changed", "40.00", "1.00"],
        ["unknown", "–", "–", "–"],
    ]


def test_every_10_per_cent_names_empty_bins_once():
    report = report_of(records_of("a", [30, 31], ratio=0.3, l1=0.1), records_of("b", [20, 22], ratio=0.3, l1=0.2))
    table = tables_of(report)[FINE]
    assert table[0] == ["Metric", "Hole", "Images", "a", "b"]
    assert table[1] == ["PSNR ↑", "0–10 %", "no images", "–", "–"]
    assert table[3] == ["", "20–30 %", "2", "**30.50**", "21.00"]
    assert [line[2] for line in table[1:12]].count("no images") == 10
    assert table[12:] == [["L1 % ↓", "20–30 %", "2", "**10.00**", "20.00"]]


def test_infinite_means_are_said():
    report = report_of(records_of("a", [math.inf, 20.0]), records_of("b", [30.0, 20.0]), sure=True)
    assert tables_of(report)[MEANS][3][-1] == "**∞**"
    markdown = markdown_table(report)
    assert "∞ (a: 1)" in markdown
    assert "capped" not in markdown
    assert "nan" not in markdown.lower()


def test_metrics_of_the_set_have_a_table(full_report):
    table = tables_of(full_report)["All images together"]
    assert table[0] == ["Method", "Images", "FID ↓", "P-IDS % ↑"]
    assert table[1:] == [
        ["mean", "3", "90.50", "2.00"],
        ["opencv_telea", "3", "80.25", "1.00"],
        ["opencv_navier_stokes", "3", "not available", "not available"],
    ]


def test_every_heading_says_that_the_protocol_leaks(full_report, report):
    headings = [line for line in markdown_table(full_report).splitlines() if line.startswith("## ")]
    assert len(headings) == 6
    assert all("protocol leaky \\</script\\>: leaks ground truth" in heading for heading in headings[:-1])
    assert headings[-1] == "## Notes"
    assert "leaks" not in markdown_table(report)


def test_source_is_aligned(full_report):
    for section in markdown_table(full_report).split("## ")[1:]:
        lines = [line for line in section.splitlines() if line.startswith("|")]
        assert len({len(line) for line in lines}) <= 1


@pytest.mark.parametrize("method", ["a|b", "two\nlines", "**x**", "<b>", "猫"])
def test_no_method_name_breaks_a_table(method: str):
    tables = tables_of(report_of(records_of(method, [30, 31]), records_of("plain", [20, 22]), sure=True))
    assert {title: {len(line) for line in table} for title, table in tables.items() if table} == {
        MEANS: {8},
        "Differences to the best": {7},
        FINE: {5},
    }


def test_distance_to_a_reference_stands_below():
    methods = {"telea": 20.0, "ours": 18.5, "other": None}
    own = [records_of(name, [None], ratio=0.3, hole_psnr=value) for name, value in methods.items()]
    table = tables_of(report_of(*own, reference="telea"))[MEANS]
    assert table[-2] == ["PSNR hole − telea", "ours", "–", "−1.50", "–", "–", "–", "−1.50"]
    assert table[-1] == ["", "other", *["–"] * 6]


def test_notes_of_the_caller_come_first(report):
    notes = markdown_table(replace(report, notes=["first <note>"])).split("## Notes\n\n")[1].splitlines()
    assert notes[0] == r"- first \<note\>"
    assert all(note.startswith("- ") for note in notes)


def test_nothing_to_show():
    assert "| Images |" in markdown_table(Report("t", [], []))
