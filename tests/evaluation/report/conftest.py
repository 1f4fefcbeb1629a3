from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skimage.data

from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.evaluation.report import Case, Cost, ProtocolCard, Report
from inpaint_zoo.evaluation.report.html import write_html
from inpaint_zoo.evaluation.significance import estimates_of
from inpaint_zoo.metrics import STANDARD_METRICS, Record, score

EVIL = "<script>alert(\"1\")</script> & 'x' [bold]|*.png"
METHODS = ("mean", "opencv_telea", "opencv_navier_stokes")


@pytest.fixture(scope="session")
def report() -> Report:
    """Three photographs of different shapes in three bins, evaluated after three fills."""
    photographs = {
        "cat.png": skimage.data.chelsea()[60:140, 100:180],
        EVIL: skimage.data.coffee()[100:160, 200:290],
        "猫 Ünï.png": skimage.data.astronaut()[50:130, 180:240],
    }
    cases, records = [], []
    for (name, photograph), share in zip(photographs.items(), (0.1, 0.0, 0.5), strict=True):
        target = np.ascontiguousarray(photograph)
        mask = np.zeros(target.shape[:2], np.uint8)
        mask[:, : int(target.shape[1] * share)] = 1
        composites = {method: FILLS[method](target, mask == 1) for method in METHODS}
        cases.append(Case(name, target, mask, composites))
        records += [
            Record.from_score(method, name, name, score(target, made, mask, STANDARD_METRICS))
            for method, made in composites.items()
        ]
    return Report(
        "Fills & <friends>",
        records,
        cases,
        notes=["LPIPS is not available: <offline>."],
        config="data:\n  path: '<b>&'\n",
        versions={"torch": "2.x<y"},
    )


@pytest.fixture(scope="session")
def full_report(report: Report) -> Report:
    """The same with everything that a report can hold; the costs are made up."""
    return replace(
        report,
        reference="mean",
        protocol=ProtocolCard("leaky </script>", [("PSNR", "8 bits <b>"), ("Holes", "seen")], leaks=True),
        costs={"mean": Cost(0, 0.5, 0.001, 10), "opencv_telea": Cost(26_000_000, 261, 0.9, None)},
        set_scores={"mean": {"fid": 90.5, "p_ids": 0.02}, "opencv_telea": {"fid": 80.25, "p_ids": 0.01}},
        hashes={"images": "9f" * 32, "<masks>": "ab" * 32},
        estimates=estimates_of(report.records, num_resamples=100),
    )


@pytest.fixture(scope="session")
def sure_report(full_report: Report) -> Report:
    """The same as if there were more photographs, enough for intervals and tests in every bin."""
    rng = np.random.default_rng(0)
    records = [
        replace(
            record,
            name=record.name if copy == 0 else f"{copy} {record.name}",
            photograph=f"{copy} {record.photograph}",
            metrics={key: value and value + rng.normal(0, 0.01) for key, value in record.metrics.items()},
        )
        for copy in range(7)
        for record in full_report.records
    ]
    return replace(full_report, records=records, estimates=estimates_of(records, num_resamples=100))


@pytest.fixture(scope="session")
def full_page(full_report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the full report."""
    path = tmp_path_factory.mktemp("full") / "report.html"
    write_html(full_report, path)
    return path


@pytest.fixture
def opened(browser: Any, full_page: Path) -> Iterator[Callable[..., Any]]:
    """Open a page (that of the full report unless told otherwise); it may neither complain nor ask for anything."""
    contexts, troubles, requests = [], [], []

    def open_page(path: Path = full_page, **options: Any) -> Any:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
    assert [url[:80] for url in requests if not url.startswith(("file://", "data:image/webp;"))] == []
    assert sum(url.startswith("file://") for url in requests) == len(contexts)
