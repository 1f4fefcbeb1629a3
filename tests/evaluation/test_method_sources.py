from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from inpaint_zoo import bundles
from inpaint_zoo.errors import InputError
from inpaint_zoo.evaluation.method_sources import build_methods, check_sources
from inpaint_zoo.evaluation.protocols import StandardProtocol
from inpaint_zoo.metrics.records import read_records
from inpaint_zoo.models.safetensors_file import write_safetensors
from inpaint_zoo.models.weights import TRAINED_KEY


@pytest.fixture
def averaged(small_checkpoint: Callable[[str], Path], tmp_path: Path) -> Path:
    """A checkpoint whose moving average has other weights than those that were trained."""
    content = torch.load(small_checkpoint("misf"), weights_only=True)
    trained = {
        name: value * 1.5 if value.is_floating_point() else value for name, value in content["state_dict"].items()
    }
    path = tmp_path / "averaged.ckpt"
    torch.save(content | {TRAINED_KEY: trained}, path)
    return path


def test_other_weights_of_one_checkpoint_are_evaluated_again(
    command: Callable[..., Any], images: Callable[..., Path], averaged: Path, tmp_path: Path
) -> None:
    def psnr(*weights: str) -> tuple[float | None, bool]:
        outcome = command(
            "compare", f"data.root={images('a.png')}", f"methods.misf={averaged}", "size=32", "data.num_workers=0",
            "lpips=false", "costs=false", f"output={tmp_path / 'out'}", *weights,
        )  # fmt: skip
        assert outcome.code == 0
        (record,) = read_records(tmp_path / "out" / "records.csv")
        return record.metrics["psnr"], "misf: evaluated again" in outcome.err

    average = psnr()
    assert psnr("weights=ema") == average  # the same: nothing to do again
    raw = psnr("weights=raw")
    assert (average[1], raw[1]) == (False, True)
    assert average[0] != raw[0]


def test_two_published_files_of_one_model_side_by_side(
    released_state_dict: Callable[[str], dict[str, torch.Tensor]], tmp_path: Path
) -> None:
    torch.save({"generator": released_state_dict("misf_generator")}, tmp_path / "1.pth")
    build = partial(build_methods, device=torch.device("cpu"), protocol=StandardProtocol(size=64))
    methods = build({"misf": str(tmp_path / "1.pth"), "misf_other": str(tmp_path / "1.pth")})
    assert [method.identity()["model"] for method in methods.values()] == ["misf", "misf"]
    with pytest.raises(InputError, match=r"holds the model misf, not ctsdg: .*compare: methods\.misf="):
        build({"ctsdg": str(tmp_path / "1.pth")})


def test_a_model_with_packaged_weights_is_a_method(
    small_checkpoint: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_safetensors(tmp_path / "madf.safetensors", torch.load(small_checkpoint("madf"), weights_only=True))
    monkeypatch.setattr(bundles, "_FOLDER", tmp_path)
    check_sources({"ours": "madf"})
    methods = build_methods({"ours": "madf"}, torch.device("cpu"), StandardProtocol(size=64))
    assert methods["ours"].identity()["model"] == "madf"
    with pytest.raises(InputError, match=r"'misf' is not a file, a folder or one of .*, madf\."):
        check_sources({"ours": "misf"})
