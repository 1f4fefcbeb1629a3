from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inpaint_zoo.certificate.definitions import PROTOCOLS, pictures, values
from inpaint_zoo.certificate.given import read_numbers
from inpaint_zoo.certificate.verdict import certified, judge
from inpaint_zoo.errors import InputError

Array = np.ndarray
Numbers = Callable[[str, Callable[..., Any]], Any]
NAMES = list(pictures("uint8"))


def table(path: Path, lines: list[str]) -> str:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def standard(digits: int = 6) -> list[str]:
    columns = [values(metric, PROTOCOLS["standard"][metric], "uint8") for metric in ("psnr", "ssim", "l1")]
    rows = zip(NAMES, *columns, strict=True)
    return ["Image,PSNR,SSIM,L1 (%),note", *(
        f"some/{name}.png,{p:.{digits}f},{s:.{digits}f},{100 * e:.{digits}f},x" for name, p, s, e in rows
    )]  # fmt: skip


@pytest.mark.parametrize("digits", [6, 4, 2])
def test_a_rounded_table_is_certified(digits: int, tmp_path: Path) -> None:
    first, *others = standard(digits)
    numbers = read_numbers(table(tmp_path / "own.csv", [first, *reversed(others)]))
    assert numbers.unknown == ["note"]
    verdicts = [judge(metric, given, numbers.form, "standard") for metric, given in numbers.metrics.items()]
    assert [verdict.metric for verdict in verdicts] == ["psnr", "ssim", "l1"]
    assert certified(verdicts, "standard") == ["standard"]


def test_infinity_is_a_number(tmp_path: Path) -> None:
    lines = [line.replace(",100.00,", ",inf,") for line in standard(2)]
    assert judge("psnr", read_numbers(table(tmp_path / "own.csv", lines)).metrics["psnr"], "uint8").agrees == ["mat"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[:-1], "lacks 8_rocket"),
        (lambda lines: [*lines, lines[1]], "names an image twice"),
        (lambda lines: [*lines, lines[1].replace("1_astronaut", "mean")], "names mean"),
        (lambda lines: [lines[0].replace("Image", "file"), *lines[1:]], "give a column image"),
        (lambda lines: [*lines[:-1], lines[-1] + ",7"], "give a column image"),
        (lambda lines: [line.replace("34.", "x4.") for line in lines], "PSNR holds 'x4.* no number"),
        (lambda lines: [lines[0].replace("L1 (%)", "mae"), *lines[1:]], None),
        (lambda lines: [lines[0].replace("L1 (%)", "ssim"), *lines[1:]], "ssim is there twice"),
        (lambda lines: [line.partition(",")[0] for line in lines], "is a metric that is checked"),
        (lambda lines: [], "give a column image"),
        (lambda lines: ["x" * 2_000_000], "more than 1000000 bytes"),
        (lambda lines: ['image,"psnr'], "cannot be read as CSV"),
    ],
)
def test_other_tables_are_refused(
    change: Callable[[list[str]], list[str]], message: str | None, tmp_path: Path
) -> None:
    path = table(tmp_path / "own.csv", change(standard()))
    if message is None:
        assert "l1" in read_numbers(path).metrics
        return
    with pytest.raises(InputError, match=message):
        read_numbers(path)


def fails(output: Array, target: Array, mask: Array) -> float:
    raise KeyError("x")


def other_names(output: Array, target: Array, mask: Array) -> dict[str, float]:
    return {"psnr": 1.0} if mask.mean() < 0.1 else {"ssim": 1.0}


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("psnr", fails, "own_metric_code:psnr failed .KeyError"),
        ("evaluate", lambda o, t, m: 3.0, "returned no mapping"),
        ("evaluate", lambda o, t, m: {"PSNR": "high"}, "returned 'high' as PSNR: return numbers"),
        ("evaluate", lambda o, t, m: {"psnr": [1.0, 2.0]}, "returned 16 numbers as psnr"),
        ("evaluate", lambda o, t, m: {}, "is a metric that is checked"),
        ("evaluate", other_names, "other metrics for other images"),
    ],
)
def test_other_functions_are_refused(name: str, code: Callable[..., Any], message: str, numbers_of: Numbers) -> None:
    with pytest.raises(InputError, match=message):
        numbers_of(name, code)


def test_what_is_neither_a_file_nor_a_function_is_refused() -> None:
    with pytest.raises(InputError, match="nowhere is neither a CSV file nor a function"):
        read_numbers("nowhere")
    with pytest.raises(InputError, match="would run code"):
        read_numbers("nowhere:psnr")


def test_a_function_may_change_what_it_is_given(numbers_of: Numbers) -> None:
    def psnr(output: Array, target: Array, mask: Array) -> float:
        output[:], target[:], mask[:] = 0, 0, False
        return 1.0

    before = {name: pair.output.sum() for name, pair in pictures("uint8").items()}
    numbers_of("psnr", psnr)
    assert {name: pair.output.sum() for name, pair in pictures("uint8").items()} == before


def test_attributes_ask_for_other_forms(numbers_of: Numbers) -> None:
    seen: list[Array] = []

    def psnr(output: Array, target: Array, mask: Array) -> torch.Tensor:
        seen.extend([output, target, mask])
        return torch.ones(len(output), requires_grad=True)

    psnr.floats = psnr.batches = psnr.composites = True  # type: ignore[attr-defined]
    numbers = numbers_of("psnr", psnr)
    output, target, mask = seen
    assert output.shape == target.shape == (*mask.shape, 3)
    assert (output.dtype, target.dtype, mask.dtype) == (np.float32, np.float32, np.float32)
    assert (output == target)[mask == 0].all()
    assert set(np.unique(mask)) == {0, 1}
    assert 0 <= output.min() < output.max() <= 1
    assert (numbers.form, numbers.metrics["psnr"].numbers.tolist()) == ("floats", [1.0] * 8)
