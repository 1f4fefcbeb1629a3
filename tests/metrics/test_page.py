"""docs/metrics.md: its example runs, and what it says of the arguments holds."""

import re
from pathlib import Path
from typing import Any

import pytest
import torch

from inpaint_zoo.evaluation.protocols import MISFProtocol
from inpaint_zoo.metrics import ImageL1, ImagePSNR, ImageSSIM
from inpaint_zoo.metrics.bins import EVERY_BIN

PAGE = (Path(__file__).parents[2] / "docs/metrics.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec", "ignore:.*GPU available")
def test_the_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(compile(example, "docs/metrics.md", "exec"), names)
    (values,) = names["values"]
    assert set(values) == {f"val/{key}" for key in ("psnr", "hole_psnr", "20-40/hole_psnr", "ssim", "l1")}
    assert values["val/20-40/hole_psnr"] == values["val/hole_psnr"]  # every hole is a quarter of its image
    assert "val/psnr" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_equal_images_and_bins_are_as_the_table_says() -> None:
    image, mask = torch.rand(1, 3, 16, 16), torch.ones(1, 1, 16, 16)
    for kind, cells in ((ImagePSNR, "| 100 | higher |"), (ImageSSIM, "| 1 | higher |"), (ImageL1, "| 0 | lower |")):
        (row,) = [line for line in PAGE.splitlines() if f"`{kind.__name__}` |" in line]
        assert row.endswith(cells)
        assert kind()(image, image, mask) == float(cells.split()[1])
        assert kind.higher_is_better == ("higher" in cells)
    assert {name for name in EVERY_BIN if f"`{name}`" in PAGE} >= {"all", "none", "0-20", "60-100", "10-20"}


def test_another_protocol_measures_in_another_way() -> None:
    target, preds, mask = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 16, 16), torch.ones(1, 1, 16, 16)
    assert "`ImageSSIM(MISFProtocol.metrics.ssim)`" in PAGE
    assert ImageSSIM(MISFProtocol.metrics.ssim)(preds, target, mask) != ImageSSIM()(preds, target, mask)
