import math
from dataclasses import replace

from inpaint_zoo.evaluation.report import ProtocolCard, Report
from inpaint_zoo.evaluation.report.notes import protocol_line, reader_notes
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.metrics import METRICS, Record, summarise


def records_of(method: str, psnrs: list[float]) -> list[Record]:
    values = dict.fromkeys(METRICS, 0.5)
    return [Record(method, str(n), str(n), 0.1, values | {"psnr": psnr}) for n, psnr in enumerate(psnrs)]


def notes_of(report: Report) -> str:
    return "\n".join(reader_notes(report, summarise(report.records)))


def test_capped_images_are_counted():
    capped = notes_of(Report("t", records_of("m", [100, 100, 40]), []))
    assert "capped at 100 dB" in capped
    assert "(m: 2)" in capped
    assert "capped" not in notes_of(Report("t", records_of("m", [40]), []))


def test_infinite_images_are_not_called_capped():
    notes = notes_of(Report("t", records_of("m", [math.inf, 40]), []))
    assert "∞ (m: 1)" in notes
    assert "capped" not in notes


def test_unequal_numbers_of_images_are_pointed_out():
    unequal = notes_of(Report("t", records_of("a", [30, 30]) + records_of("b", [30]), []))
    assert "(a: 2, b: 1)" in unequal
    assert "not comparable" not in notes_of(Report("t", records_of("a", [30]) + records_of("b", [30]), []))


def test_the_protocol_says_what_columns_mean():
    report = Report("t", records_of("m", [30]), [])
    card = ProtocolCard("edgeconnect", [("PSNR", "on gray"), ("LPIPS", "–")])
    notes = notes_of(replace(report, protocol=card))
    assert "Protocol edgeconnect. PSNR: on gray." in notes
    for claim in ("AlexNet", "8-bit", "RGB"):
        assert claim not in notes
    assert protocol_line(report) == ""
    assert protocol_line(replace(report, protocol=card)) == "protocol edgeconnect"


def test_a_leak_comes_before_the_definitions():
    card = ProtocolCard("ctsdg", [("PSNR", "x")], leaks=True)
    report = Report("t", records_of("m", [30]), [], notes=["own"], protocol=card)
    notes = reader_notes(report, summarise(report.records))
    assert notes[0] == "own"
    assert notes[1].startswith("Protocol ctsdg leaks ground truth")
    assert protocol_line(report) == "protocol ctsdg: leaks ground truth"


def test_metrics_that_nobody_has_are_named():
    records = [replace(record, metrics={**record.metrics, "lpips": None}) for record in records_of("m", [30])]
    assert "Without values: LPIPS." in notes_of(Report("t", records, []))
    assert "Without values" not in notes_of(Report("t", records_of("m", [30]), []))


def test_intervals_are_explained_where_there_are_some():
    records = records_of("a", [30.0 + n for n in range(7)]) + records_of("b", [20.0 + n for n in range(7)])
    report = Report("t", records, [])
    assert "Confidence" not in notes_of(report)
    sure = notes_of(replace(report, estimates=estimates_of(records, num_resamples=20)))
    for part in (
        "Student's t", "p ≥ 0.05", "interval of the paired difference contains 0", "corrected for all pairs of methods",
        "max-T", "at most 5 %", "10 000 times at random", "Letters: two methods",
    ):  # fmt: skip
        assert part in sure
    assert "Too few" not in sure


def test_a_single_method_has_intervals_but_no_tests():
    records = records_of("a", [30.0 + n for n in range(7)])
    notes = notes_of(Report("t", records, [], estimates=estimates_of(records, num_resamples=20)))
    assert "Student's t" in notes
    for part in ("†", "p values", "Letters"):
        assert part not in notes


def test_too_few_photographs_are_pointed_out():
    records = records_of("a", [30.0 + n for n in range(5)]) + records_of("b", [20.0 + n for n in range(5)])
    sentence = "Too few photographs for intervals, p values and marks, fewer than 6: 0–20 %, 0–10 %, all."
    notes = notes_of(Report("t", records, [], estimates=estimates_of(records, num_resamples=20)))
    assert sentence in notes
    assert "Student's t" not in notes
    assert "†" not in notes
    assert sentence not in notes_of(Report("t", records, []))
