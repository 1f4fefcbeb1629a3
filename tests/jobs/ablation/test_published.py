from __future__ import annotations

import pytest

from inpaint_zoo.errors import InputError
from inpaint_zoo.jobs.ablation.published import read_quoted

TABLE = "paris_street_view_ablation"


def test_a_row_has_the_numbers_of_the_paper_by_bin() -> None:
    quoted = read_quoted("ctsdg_iccv2021", TABLE, "where", {"complete": "CTSDG"})
    assert quoted.number("complete", "psnr", "20-40") == 27.48
    assert quoted.number("complete", "lpips", "0-20") == 0.039
    assert quoted.number("complete", "psnr", "all") is None
    assert quoted.number("another", "psnr", "0-20") is None


@pytest.mark.parametrize(
    ("file", "title", "message"),
    [("../x", "CTSDG", "no such table"), ("ctsdg_iccv2021", "CTSGD", "no row 'CTSGD'")],
)
def test_what_is_not_there_is_refused(file: str, title: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_quoted(file, TABLE, "", {"complete": title})
