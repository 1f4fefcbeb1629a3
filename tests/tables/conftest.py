from __future__ import annotations

import pytest

from inpaint_zoo.tables import Cell, Column, Table

NAME = Column("name", "Name", is_text=True)


@pytest.fixture
def plain() -> Table:
    """Three values: the best, a tied one, a missing one."""
    return Table(
        "Title",
        (NAME, Column("psnr", "PSNR", 2, True, kind="image")),
        [
            ["a", Cell("30.00", "30.001", best=True, below={"interval": "[29, 31]"})],
            ["b", Cell("29.50", "29.499", second=True, tied=True, below={"interval": "[28, 31]"})],
            ["c", Cell("–", "")],
        ],
        subtitle="protocol x",
        note="3 images",
    )


@pytest.fixture
def grouped() -> Table:
    """Three groups of rows."""
    return Table(
        "Title",
        (Column("metric", "Metric", is_text=True, groups=True), NAME, Column("20", "0–20 %")),
        [["Images", "", "3"], ["PSNR ↑", "a", "30.00"], ["PSNR ↑", "b", "29.50"], ["L1 ↓", "a", "1.00"]],
    )
