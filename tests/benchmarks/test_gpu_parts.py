"""The parts of the script that measures everything on one GPU, on a processor."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from inpaint_zoo.config.build import construct
from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.zoo import create_model

Part = Callable[[str], Any]


def in_a_minute() -> float:
    return time.monotonic() + 60


def test_rows_of_another_process_arrive(part: Part) -> None:
    apart = part("apart")
    assert list(apart.rows_of(iter, [{"a": 1}, {"b": None}], deadline=in_a_minute())) == [{"a": 1}, {"b": None}]


def test_a_process_that_takes_too_long_or_fails_says_so(part: Part, capfd: pytest.CaptureFixture[str]) -> None:
    apart = part("apart")
    started = time.monotonic()
    with pytest.raises(apart.UnfinishedError, match="time was up"):
        list(apart.rows_of(time.sleep, 600, deadline=started + 2))
    with pytest.raises(apart.UnfinishedError, match="ValueError: invalid literal"):
        list(apart.rows_of(int, "none", deadline=in_a_minute()))
    with pytest.raises(apart.UnfinishedError, match="its process died"):
        list(apart.rows_of(os._exit, 3, deadline=in_a_minute()))
    assert time.monotonic() - started < 60
    assert "ValueError" in capfd.readouterr().err


def test_steps_are_planned_from_the_timing(part: Part) -> None:
    quality = part("quality")
    timed = {"call": "step", "precision": "bf16", "compiled": False}
    rows = [
        {**timed, "model": model, "batch": batch, "images_per_second": rate}
        for model in ("misf", "madf", "ctsdg")
        for batch, rate in ((1, 10.0), (8, 160.0))
    ]
    assert quality.step_seconds(rows, 16) == pytest.approx(0.3)
    failed = [{**rows[0], "batch": 32, "failed": "out of memory"}]
    assert quality.step_seconds([*rows, *failed], 16) == pytest.approx(0.3)
    assert quality.step_seconds(rows[2:], 16) == quality.STEP_SECONDS
    assert quality.planned_steps(quality.START + 300, 0.3) == int(quality.SLOWER * 1000)
    assert quality.planned_steps(1, 0.3) == quality.LEAST_STEPS


def test_scores_are_means_by_bin(part: Part) -> None:
    numbers = {
        ("telea", "a"): {"hole_psnr": 20.0, "ratio": 0.1},
        ("telea", "b"): {"hole_psnr": 10.0, "ratio": 0.3},
        ("misf", "a"): {"hole_psnr": 30.0, "ratio": 0.1},
        ("misf", "b"): {"hole_psnr": None, "ratio": 0.0},
    }
    assert part("quality").scores(numbers) == [
        {"method": "telea", "0-20": 20.0, "all": 15.0, "20-40": 10.0},
        {"method": "misf", "0-20": 30.0, "all": 30.0},
    ]


def test_a_column_that_is_not_logged_has_no_mean(part: Part, tmp_path: Path) -> None:
    loading = part("loading")
    metrics = tmp_path / "metrics.csv"
    metrics.write_text("step,train/data_wait,val/hole_psnr\n10,0.9,\n20,0.1,\n20,,14.5\n30,0.2,\n")
    assert loading.mean_of(metrics, loading.DATA_WAIT) == pytest.approx(0.15)
    assert loading.mean_of(metrics, loading.RATE) is None
    assert part("quality").validated_steps(metrics) == 20


def test_the_gpu_is_busy_as_nvidia_smi_tells(part: Part, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    busy = part("busy")
    monkeypatch.setattr(busy, "EVERY", 0.01)
    monkeypatch.setenv("PATH", str(tmp_path))
    with busy.Utilization(lambda: True) as unknown:
        time.sleep(0.1)
    assert unknown.share is None
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho 75\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    with busy.Utilization(lambda: True) as known, busy.Utilization(lambda: False) as uncounted:
        until = time.monotonic() + 20
        while not known.samples and time.monotonic() < until:
            time.sleep(0.02)
    assert known.share == 0.75
    assert uncounted.share is None


def test_parity_is_a_share_of_the_range(part: Part) -> None:
    parity = part("parity")
    exact = torch.tensor([0.0, 0.5])
    assert parity.share(exact + torch.tensor([0.0, 0.01]), exact, 0.5) == pytest.approx(0.02)
    assert parity.share(torch.tensor([0.0, torch.nan]), exact, 0.5) == float("inf")


def test_networks_are_compared_with_themselves(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    parity, scale = part("parity"), part("scale").TINY
    monkeypatch.setattr(parity, "MODELS", ("madf",))
    (row,) = parity.differences(scale, "cpu")
    assert (row["float32"], row["tf32"], row["passed"]) == (0, 0, True)
    assert 0 < row["rounding"] < 1e-4 < row["bf16"]
    assert row["bf16_mean"] < row["bf16"]
    monkeypatch.setattr(parity, "TOLERANCE", -1.0)
    (row,) = parity.differences(scale, "cpu")
    assert not row["passed"]


def test_what_is_timed(part: Part, monkeypatch: pytest.MonkeyPatch) -> None:
    timing, scale = part("timing"), part("scale").TINY
    wanted = [timing.Timed("madf", call, "bf16", 2, compiled=False) for call in ("step", "forward")]
    step, forward = timing.measurements(wanted, scale, "cpu")
    assert step["gflop"] > 2 * forward["gflop"]
    for row in (step, forward):
        assert row["images_per_second"] == pytest.approx(2 / row["seconds"])
        assert row["calls"] == scale.calls
        assert row["peak_memory_mb"] is None

    def refuse(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 40.00 GiB")

    monkeypatch.setattr(timing, "call_of", refuse)
    (row,) = timing.measurements(wanted[:1], scale, "cpu")
    assert row["failed"] == "out of memory"


def test_everything_is_timed_once(part: Part) -> None:
    timing, scale = part("timing"), part("scale").FULL
    eager, compiled = timing.eager(scale), timing.compiled(scale)
    assert len({*eager, *compiled}) == len(eager) + len(compiled) == 3 * 2 * 3 * (3 + 2)


def test_what_is_computed_in_is_put_back(part: Part) -> None:
    precision = part("precision")
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    for name in precision.PRECISIONS:
        with precision.computing_in(name, "cpu"):
            assert torch.backends.cudnn.allow_tf32 is torch.backends.cuda.matmul.allow_tf32 is (name == "tf32")
            assert torch.is_autocast_enabled("cpu") is (name == "bf16")
    assert (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32) == before


def test_trainings_are_of_the_published_networks(part: Part) -> None:
    scale = part("scale")
    for model in scale.MODELS:
        config = compose_config("train", scale.training_settings(model, scale.FULL))
        with torch.device("meta"):
            sizes = [
                {name: tuple(each.shape) for name, each in network.named_parameters()}
                for network in (construct(config.model).network, create_model(model))
            ]
        assert sizes[0] == sizes[1]
