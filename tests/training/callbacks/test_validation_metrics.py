import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.errors import InputError
from inpaint_zoo.images.arrays import to_uint8
from inpaint_zoo.metrics import STANDARD_METRICS, LPIPSDistance
from inpaint_zoo.metrics.reading import GivenReading
from inpaint_zoo.metrics.score import score
from inpaint_zoo.training.callbacks import ValidationMetrics, validation_metrics


class Module:
    """Remembers what is logged."""

    def __init__(self) -> None:
        self.logged: dict[str, float] = {}

    def log_dict(self, values: dict[str, float], batch_size: int, sync_dist: bool, reduce_fx: str) -> None:
        assert sync_dist  # or Lightning warns on several processes
        assert reduce_fx == "max"  # of equal numbers, which a mean would round
        self.logged.update(values)


def test_means_are_those_of_the_scores_over_all_batches_and_by_bin() -> None:
    rng = torch.Generator().manual_seed(0)
    callback: Any = ValidationMetrics()
    module, expected = Module(), []
    callback.on_validation_epoch_start(None, None)
    for number, count in enumerate((2, 1)):
        image = torch.randint(0, 256, (count, 3, 32, 32), generator=rng) / 255
        mask = torch.zeros(count, 1, 32, 32)
        mask[:, :, :, : 4 + 8 * number] = 1  # 12 % and 37 %
        output = torch.rand(count, 3, 32, 32, generator=rng)
        prediction = Prediction(output, composite(output, image, mask), {})
        batch = {"image": image, "mask": mask, "name": [f"{number}-{i}" for i in range(count)]}
        callback.on_validation_batch_end(None, None, {"prediction": prediction}, batch, number)
        images = zip(to_uint8(image), to_uint8(prediction.composite), mask[:, 0].numpy(), strict=True)
        expected += [score(*parts, STANDARD_METRICS) for parts in images]
    callback.on_validation_epoch_end(None, module)
    for key in ("psnr", "hole_psnr", "ssim", "l1"):
        values = [one[key] or 0 for one in expected]
        assert module.logged[f"val/{key}"] == pytest.approx(sum(values) / 3)
        assert module.logged[f"val/0-20/{key}"] == pytest.approx(sum(values[:2]) / 2)
        assert module.logged[f"val/20-40/{key}"] == pytest.approx(values[2])
    assert not any("40-60" in key or "lpips" in key or "10-20" in key for key in module.logged)


def test_each_validation_starts_anew() -> None:
    callback: Any = ValidationMetrics()
    callback.records.append("old")
    callback.on_validation_epoch_start(None, None)
    assert callback.records == []


LPIPS_BY_VALIDATION = (0.5, 0.125, 0.25)


class Planned(LPIPSDistance):
    """Returns these values for the one image of each validation."""

    def __init__(self) -> None:
        super().__init__(torch.nn.Identity(), minimum_size=1)
        self.calls = 0

    def __call__(self, target: np.ndarray, output: np.ndarray) -> GivenReading:
        value = LPIPS_BY_VALIDATION[self.calls]
        self.calls += 1
        return GivenReading(value, np.full(target.shape[:2], value))


def test_the_best_checkpoint_follows_lpips(
    command: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned, loaded = Planned(), []
    monkeypatch.setattr(validation_metrics, "load_lpips", lambda *given: loaded.append(given) or planned)
    outcome = command(
        "train", "experiment=tiny", "data=photographs", "data.size=32", "data.eval_repeats=1", "num_sample_images=0",
        "model.network.num_residual_blocks=1", "monitor=val/lpips", "mode=min", "trainer.max_steps=3",
        "trainer.val_check_interval=1", "callbacks.validation_metrics.lpips=true",
        "callbacks.validation_metrics.lpips_weights=alexnet.pth", f"run_dir={tmp_path}",
    )  # fmt: skip
    assert (outcome.code, outcome.err) == (0, "")
    assert loaded == [("alex", "alexnet.pth")]
    assert planned.calls == len(LPIPS_BY_VALIDATION)
    assert torch.load(tmp_path / "best.ckpt", weights_only=True)["global_step"] == 2
    assert json.loads((tmp_path / "result.json").read_text())["value"] == 0.125
    with (tmp_path / "metrics.csv").open() as file:
        logged = [float(row["val/lpips"]) for row in csv.DictReader(file) if row["val/lpips"]]
    assert logged == list(LPIPS_BY_VALIDATION)


def test_missing_weights_of_lpips_are_said_before_the_training(command: Callable[..., Any], tmp_path: Path) -> None:
    settings = ["experiment=tiny", "data=photographs", "callbacks.validation_metrics.lpips=true"]
    outcome = command("train", *settings, f"run_dir={tmp_path}/run")
    assert outcome.code == 2
    assert outcome.err.count("\n") == 1
    assert "callbacks.validation_metrics.lpips=true: LPIPS is not available: AlexNet's ImageNet weights" in outcome.err
    assert "callbacks.validation_metrics.lpips_weights=PATH" in outcome.err
    assert " step 1" not in outcome.out


def test_lpips_is_true_or_false() -> None:
    with pytest.raises(InputError, match=r"callbacks\.validation_metrics\.lpips"):
        ValidationMetrics(lpips="alex")  # type: ignore[arg-type]
