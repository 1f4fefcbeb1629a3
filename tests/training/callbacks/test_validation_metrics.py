from typing import Any

import pytest
import torch

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.images.arrays import to_uint8
from inpaint_zoo.metrics import STANDARD_METRICS
from inpaint_zoo.metrics.score import score
from inpaint_zoo.training.callbacks import ValidationMetrics


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
