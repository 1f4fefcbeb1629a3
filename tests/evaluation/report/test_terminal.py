import io
import re
from dataclasses import replace

from rich.console import Console

from inpaint_zoo.evaluation.report import Report, terminal_tables
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.metrics import METRICS, Record


def shown(report: Report) -> list[str]:
    """Each table as it looks in 80 columns."""
    texts = []
    for table in terminal_tables(report):
        console = Console(width=80, file=io.StringIO(), color_system=None)
        console.print(table)
        texts.append(console.file.getvalue())
    return texts


def records_of(method: str, values: list[float], ratio: float = 0.3) -> list[Record]:
    made = dict.fromkeys(METRICS, None)
    return [
        Record(method, f"{n}.png", f"{n}.png", ratio, made | {"hole_psnr": value, "l1": 1 / value, "known_l1": 0.0})
        for n, value in enumerate(values)
    ]


def sure_report(*records: list[Record], **more) -> Report:
    everything = [record for own in records for record in own]
    return Report("t", everything, [], estimates=estimates_of(everything, num_resamples=200), **more)


def test_fits_80_columns(full_report):
    long = [replace(record, method="a method with [red]quite a long[/red] name") for record in full_report.records[:1]]
    tables = shown(replace(full_report, records=[*full_report.records, *long]))
    assert max(len(line) for text in tables for line in text.splitlines()) <= 80
    assert "…" not in "".join(tables)
    assert all("[red]" in text for text in tables)


def test_one_table_a_bin_that_has_images_and_one_over_all(report):
    titles = [text.splitlines()[0].strip() for text in shown(report)]
    assert titles == ["0–20 %, images: 1", "40–60 %, images: 1", "no hole, images: 1", "all, images: 3"]
    assert "No images: 20–40 %, > 60 %." in shown(report)[-1]


def test_means_have_half_widths_and_ties_a_dagger():
    values = [20.0 + n for n in range(8)]
    report = sure_report(
        records_of("good", values), records_of("equal", values), records_of("bad", [9.0 - n / 9 for n in range(8)])
    )
    table = shown(report)[-2]
    low, high = report.estimates["all", "bad", "hole_psnr"].interval
    lines = table.splitlines()
    bad = next(number for number, line in enumerate(lines) if "bad" in line)
    assert lines[bad].split()[1] == "8.61"
    assert lines[bad + 1].split()[0] == f"±{(high - low) / 2:.2f}"
    assert re.search(r"good +23\.50† ", table)
    assert re.search(r"equal +23\.50 ", table)
    assert "†: not significantly different" in table


def test_differences_have_their_p():
    values = [20.0 + n for n in range(8)]
    table = shown(sure_report(records_of("good", values), records_of("bad", [value - 2 for value in values])))[-1]
    assert table.startswith("Difference to the best and its p value")
    assert re.search(r"good +best", table)
    assert re.search(r"bad +−2\.00 ", table)
    assert "0.0" in table


def test_without_estimates_there_is_no_sign_of_them(report):
    text = "".join(shown(report))
    assert "±" not in text
    assert "†" not in text


def test_too_few_photographs_show_no_interval_no_p_and_no_mark():
    tables = shown(sure_report(records_of("a", [20.0] * 5), records_of("b", [19.0] * 5)))
    assert len(tables) == 3
    for text in tables:
        assert "Too few photographs for intervals, p values and marks, fewer than 6:" in " ".join(text.split())
        assert not set("±†") & set(text)
    rows = [line.split() for line in tables[-1].splitlines() if line.startswith(("  a ", "  b "))]
    assert [row[:2] for row in rows] == [["a", "best"], ["b", "−1.00"]]
    assert "0.0" not in tables[-1]


def test_p_values_say_how_they_are_corrected():
    table = shown(sure_report(records_of("a", [20.0] * 7), records_of("b", [19.0] * 7)))[-1]
    assert "p values are corrected for all pairs of methods of a column (max-T permutation" in " ".join(table.split())
    assert "Letters for groups that cannot be told apart stand in table.md and report.html." in " ".join(table.split())


def test_every_title_says_that_the_protocol_leaks(full_report):
    tables = shown(full_report)
    assert len(tables) >= 6
    assert all("protocol leaky </script>: leaks ground truth" in text for text in tables)


def test_changed_known_pixels_are_shown():
    clean, records = records_of("clean", [20.0]), records_of("smudged", [20.0])
    assert "Known pixels" not in "".join(shown(Report("t", clean + records, [])))
    records[0].metrics["known_l1"] = 0.012
    table = shown(Report("t", clean + records, []))[-1]
    assert re.search(r"clean +zero error", table)
    assert re.search(r"smudged +1\.20", table)


def test_metrics_of_the_set(full_report):
    table = shown(full_report)[-1]
    assert re.search(r"mean +90\.50 +2\.00", table)
    assert re.search(r"opencv_navier_stokes +not available +not available", table)
    assert "U-IDS" not in table


def test_distance_to_a_reference():
    own = records_of("telea", [20.0]), records_of("ours", [18.5])
    table = next(
        text for text in shown(Report("t", [*own[0], *own[1]], [], reference="telea")) if "difference to telea" in text
    )
    assert re.search(r"ours +−1\.50 +−1\.50", table)
    assert not re.search(r"^  telea", table, re.MULTILINE)


def test_nothing_to_show():
    assert terminal_tables(Report("t", [], [])) == []
