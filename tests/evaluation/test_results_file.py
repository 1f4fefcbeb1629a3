import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.output import Results
from inpaint_zoo.evaluation.report import Report
from inpaint_zoo.evaluation.results_file import labels, read_results_file, write_results_file
from inpaint_zoo.evaluation.session import Session, open_session
from inpaint_zoo.evaluation.settings import Settings
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.metrics.records import Record
from inpaint_zoo.metrics.score import METRICS


@pytest.fixture(scope="module")
def session() -> Session:
    settings = ["data=photographs", "size=32", "data.eval_repeats=1", "data.num_workers=0", "lpips=false", "output=x"]
    return open_session(Settings.from_config(compose_config("compare", settings), {"mean": "mean"}))


RECORDS = [
    Record("mean", "a.png", "a.png", 0.25, dict.fromkeys(METRICS, 0.1) | {"psnr": math.inf, "lpips": None}),
    Record("mean", "Ü 'b'.png", "b", 1 / 3, dict.fromkeys(METRICS, 1 / 7)),
]


def report_of(records: Sequence[Record]) -> Report:
    return Report("T", records, [], notes=["<b>"], estimates=estimates_of(records))


@pytest.fixture
def stored(session: Session, tmp_path: Path) -> Callable[..., Path]:
    """Write a results.json whose plain values were changed, and return its path."""

    def write(change: Callable[[dict[str, Any]], object] = lambda values: None) -> Path:
        path = tmp_path / "results.json"
        write_results_file(session, report_of(RECORDS), Results.EVALUATION, path)
        values = json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
        change(values)
        path.write_text(json.dumps(values))
        return path

    return write


def test_results_are_read_back_to_the_last_bit(session: Session, stored: Callable[..., Path]) -> None:
    results = read_results_file(stored())
    assert results.numbers == {
        (record.method, record.name): {"ratio": record.ratio, **record.metrics} for record in RECORDS
    }
    assert results.labels == labels(session)
    assert results.hashes == session.hashes()


def test_settings_build_the_same_set_again(session: Session, stored: Callable[..., Path]) -> None:
    settings = Settings(**read_results_file(stored()).settings)
    assert settings.manifest is None
    assert open_session(settings).hashes() == session.hashes()


def test_estimates_stand_beside_the_records_with_null_where_photographs_are_too_few(
    session: Session, tmp_path: Path
) -> None:
    values = {"mean": [10.0, 11, 13, 16, 20, 25, 31], "other": [9.0, 10.5, 11, 14, 19, 21, 29]}
    records = [
        Record(method, f"{n}.png", f"{n}.png", 0.1 if n < 3 else 0.3, dict.fromkeys(METRICS) | {"psnr": value})
        for method, own in values.items()
        for n, value in enumerate(own)
    ]
    found = estimates_of(records)
    write_results_file(session, report_of(records), Results.EVALUATION, tmp_path / "results.json")
    stored = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))["estimates"]
    lines = {(one["bin"], one["method"], one["metric"]): one for one in stored}
    assert lines.keys() == found.keys()
    sure, other = lines["all", "mean", "psnr"], lines["all", "other", "psnr"]
    assert (sure["mean"], sure["is_best"], sure["difference"], sure["letters"]) == (18, True, None, "a")
    assert other["difference"]["to"] == "mean"
    assert other["interval"] == list(found["all", "other", "psnr"].interval or ())
    few = lines["0-20", "other", "psnr"]
    assert few["interval"] is few["letters"] is None
    assert few["difference"] == {"to": "mean", "value": pytest.approx(-3.5 / 3)} | dict.fromkeys(
        ("interval", "p", "significant")
    )


def test_a_file_without_estimates_is_read(stored: Callable[..., Path]) -> None:
    assert read_results_file(stored(lambda values: values.pop("estimates"))).numbers


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda values: values["records"].append(values["records"][0]), r"two records of mean, a\.png"),
        (lambda values: values.update(kind="evaluation set"), "kind"),
        (lambda values: values.pop("hashes"), "hashes"),
        (lambda values: values["records"][0].update(ratio=1.5), "ratio"),
    ],
)
def test_another_file_is_refused_in_one_line(
    stored: Callable[..., Path], change: Callable[[dict[str, Any]], object], reason: str
) -> None:
    with pytest.raises(InputError, match=rf"is not a results\.json of .*{reason}") as caught:
        read_results_file(stored(change))
    assert "\n" not in str(caught.value)
