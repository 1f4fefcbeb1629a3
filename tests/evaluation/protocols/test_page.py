"""docs/protocols.md holds what the protocols say of themselves, and numbers that are measured here again."""

import re
from pathlib import Path

import numpy as np
import pytest
import skimage.data

from inpaint_zoo.evaluation.methods.fills.opencv import fill_telea
from inpaint_zoo.evaluation.protocols import (
    CTSDGProtocol,
    EdgeConnectProtocol,
    LaMaProtocol,
    MADFProtocol,
    MATProtocol,
    MISFProtocol,
    Protocol,
    StandardProtocol,
)
from inpaint_zoo.masks import IrregularMask, MaskRequest
from inpaint_zoo.metrics.score import score

PAGE = Path(__file__).parents[3] / "docs" / "protocols.md"
PROTOCOLS: list[Protocol] = [
    kind(size=256)
    for kind in (
        StandardProtocol,
        MISFProtocol,
        MADFProtocol,
        CTSDGProtocol,
        EdgeConnectProtocol,
        LaMaProtocol,
        MATProtocol,
    )
]
TITLES = [title for title, _ in PROTOCOLS[0].describe() if title != "Size"]
SHOWN = ("psnr", "ssim", "l1", "hole_psnr", "hole_ssim", "hole_l1")
HALF_A_DIGIT = {"psnr": 0.0051, "ssim": 0.00051, "l1": 0.0051}


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def table(title: str) -> str:
    """What each protocol says under one title, as a table of the page."""
    lines = [f"### {title}", "", "| protocol | |", "|---|---|"]
    lines += [
        f"| {protocol.name} | {dict(protocol.describe())[title].replace('|', chr(92) + '|')} |"
        for protocol in PROTOCOLS
    ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("title", TITLES)
def test_the_tables_are_what_the_protocols_say(page: str, title: str):
    assert table(title) in page


def test_no_table_says_anything_else(page: str):
    definitions = page.partition("## Definitions\n")[2].partition("\n## ")[0]
    assert re.findall(r"^### (.*)$", definitions, re.MULTILINE) == TITLES


def test_the_numbers_of_the_image_pair_are_measured(page: str):
    target = StandardProtocol(size=256).prepare(skimage.data.chelsea())
    mask = IrregularMask(ratio=[0.2, 0.4], stroke_width=[0.03, 0.14], segment_length=[0.05, 0.2], num_segments=[3, 12])
    hole = mask(MaskRequest(256, 256, np.random.RandomState(0)))[0].astype(bool)
    assert f"covers {hole.mean():.1%}".replace("%", " %") in page
    filled = fill_telea(target, hole)
    for protocol in PROTOCOLS:
        scored = score(target, filled, hole, protocol.metrics)
        (line,) = re.findall(
            rf"^\| {protocol.name} \| ([\d–].*) \|$",
            page.partition("## One image")[2].partition("\n## ")[0],
            re.MULTILINE,
        )
        cells = dict(zip(SHOWN, line.split(" | "), strict=True))
        for key, cell in cells.items():
            value, kind = scored[key], key.removeprefix("hole_")
            expected = "–" if value is None else value * (100 if kind == "l1" else 1)
            assert (cell if value is None else float(cell)) == pytest.approx(expected, abs=HALF_A_DIGIT[kind])


def test_the_leak_is_explained(page: str):
    assert "leaks ground truth" in " ".join(page.partition("## The leak")[2].split())
