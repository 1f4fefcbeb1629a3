import csv
import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from inpaint_zoo.benchmark.machine import Machine
from inpaint_zoo.benchmark.measure import Pass, Result
from inpaint_zoo.benchmark.memory import Memory
from inpaint_zoo.benchmark.record import csv_text, json_text
from inpaint_zoo.benchmark.subject import Case
from inpaint_zoo.benchmark.table import grids, markdown, notes, terminal_tables
from inpaint_zoo.benchmark.timing import TimedCall, Timing

MACHINE = Machine("A CPU", 64, 2, "2.15.0", "3.11.7", 200.0)
STEADY = [TimedCall(seconds, 200, 200) for seconds in (1.0, 3.0, 2.0)]
STALLED = TimedCall(9.0, 200, 100)


def result(model: str = "misf", wanted: int = 3) -> Result:
    timing = Timing([*STEADY, STALLED], wanted, 200)
    forward = Pass("forward", 25_998_123, 261.0, 261, timing)
    step = Pass("step", 2_765_633, 1143.7, 1144, timing)
    return Result(Case(model, 256, 1, "32", {}), forward, step, Memory(1234.5, (3000.0, 5270.0)))


def rendered(results: list[Result]) -> str:
    console = Console(width=80, file=io.StringIO())
    for table in terminal_tables(results):
        console.print(table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_numbers() -> None:
    forward, step, memory = grids([result()])
    assert forward.rows == [["misf", "25,998,123", "261.0", "2.000", "1.53", "0.77–2.30", "3/3", "25%"]]
    assert step.rows[0][1:5] == ["2,765,633", "1143.7", "2.000", "0.35"]
    assert memory.rows == [["misf", "1,234", "3,000", "5,270", "1,135"]]


def test_eighty_columns_hold_everything() -> None:
    long = result()
    slow = Timing([TimedCall(1234.567, 200, 200)] * 5, 25, 200)
    long = replace(long, forward=replace(long.forward, timing=slow, num_parameters=123_456_789, gflop=12345.6))
    text = rendered([long, result("madf"), result("ctsdg")])
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    cells = ("123,456,789", "12345.6", "1234.567", "946.03–946.03", "5/25*", "1,135", "ctsdg")
    assert all(cell in text for cell in cells)


def test_too_few_calls_are_marked_and_explained() -> None:
    short = result(wanted=5)
    assert grids([short])[0].rows[0][6] == "3/5*"
    assert any(note.startswith("*") for note in notes([short]))
    assert not any(note.startswith("*") for note in notes([result()]))
    assert "| 3/5\\* |" in markdown([short], MACHINE)


@pytest.mark.parametrize("calls", [[], [STALLED]])
def test_no_number_without_a_measurement(calls: list[TimedCall]) -> None:
    made = result()
    made = replace(made, forward=replace(made.forward, timing=Timing(calls, len(calls), 200)), step=None, memory=None)
    (forward,) = grids([made])
    assert forward.rows[0][3:6] == ["–", "–", "–"]
    assert forward.rows[0][6] == ("0/1*" if calls else "–")


def test_no_cost_where_no_listed_figure_applies() -> None:
    made = result()
    made = replace(made, forward=replace(made.forward, listed=None))
    assert grids([made])[0].rows[0][3:6] == ["2.000", "–", "–"]
    assert any("no cost" in note for note in notes([made]))
    assert not any("no cost" in note for note in notes([result()]))


def test_memory_that_was_not_had() -> None:
    made = replace(result(), memory=Memory(1234.5, (3000.0, None)))
    assert grids([made])[2].rows == [["misf", "1,234", "3,000", "–", "–"]]
    assert any("too little" in note for note in notes([made]))


def test_memory_without_steps() -> None:
    made = replace(result(), memory=Memory(1234.5, ()))
    grid = grids([made])[2]
    assert grid.rows == [["misf", "1,234"]]
    assert grid.headings == ("Model", "Forward, batch 1")
    assert not any("too little" in note for note in notes([made]))
    assert grid.title in rendered([made])


def test_markdown_names_the_machine_and_is_square() -> None:
    text = markdown([result(), result("madf")], MACHINE)
    assert "A CPU, 64 cores; 2 threads" in text
    assert "200 GFLOP/s" in text
    assert text.count("\n## ") == 3
    for block in text.split("\n\n"):
        if block.startswith("|"):
            assert len({line.count("|") for line in block.splitlines()}) == 1


def test_every_call_is_on_record() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text([result(), result("madf")]))))
    assert len(rows) == 2 * 2 * 4
    assert rows[0]["cost"] == repr(200 / 261)
    assert [row["kept"] for row in rows[:4]] == ["True", "True", "True", "False"]
    assert {row["pass"] for row in rows} == {"forward", "step"}


def test_json_holds_all_of_it() -> None:
    made = result()
    content = json.loads(json_text([made, replace(made, step=None, memory=None)], MACHINE))
    assert content["machine"]["best_rate"] == 200
    first, second = content["results"]
    assert first["case"]["model"] == "misf"
    assert first["forward"]["seconds"] == 2
    assert len(first["step"]["calls"]) == 4
    assert first["memory_mb"] == {"forward": 1234.5, "steps": [3000, 5270], "per_image": 1135}
    assert second["step"] is second["memory_mb"] is None
