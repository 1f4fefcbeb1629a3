from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from inpaint_zoo.errors import InputError
from inpaint_zoo.layers.patch_discriminator import PatchDiscriminator
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.training.callbacks import EMA

pytestmark = pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec")
DECAY = 0.75
BATCHES = [torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(i)) for i in range(4)]


class Model(pl.LightningModule):
    """A generator with batch normalisation, and a discriminator with spectral norms."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.network = nn.Sequential(nn.Conv2d(3, 3, 1), nn.BatchNorm2d(3))
        self.discriminator = PatchDiscriminator(in_channels=3, base_channels=4)
        self.steps: list[dict[str, Tensor]] = [self.copy()]
        self.validated: list[dict[str, Tensor]] = []

    def copy(self) -> dict[str, Tensor]:
        return {key: value.clone() for key, value in self.network.state_dict().items()}

    def training_step(self, batch: Tensor) -> Tensor:
        output = self.network(batch)
        loss: Tensor = output.square().mean() + self.discriminator(output).mean()
        return loss

    def on_train_batch_end(self, *_: Any) -> None:
        self.steps.append(self.copy())

    def validation_step(self, batch: Tensor) -> None:
        self.validated.append(self.copy())

    on_load_checkpoint = InpaintingModule.on_load_checkpoint

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=0.1)


Fit = Callable[..., tuple[Model, pl.Trainer]]


@pytest.fixture
def fit() -> Fit:
    def run(steps: int, checkpoint: Path | None = None, average: bool = True, **arguments: Any) -> Any:
        settings: dict[str, Any] = {
            "logger": False, "enable_checkpointing": False, "enable_progress_bar": False, "num_sanity_val_steps": 0,
            "enable_model_summary": False, "accelerator": "cpu", "val_check_interval": 3, "max_epochs": -1,
        }  # fmt: skip
        callbacks = [EMA(decay=DECAY)] if average else []
        trainer = pl.Trainer(max_steps=steps, callbacks=callbacks, **settings | arguments)
        model = Model()
        loaders = [DataLoader(batches, batch_size=None) for batches in (BATCHES, BATCHES[:1])]  # type: ignore[arg-type]
        trainer.fit(model, *loaders, ckpt_path=checkpoint, weights_only=True)
        return model, trainer

    return run


def averaged(steps: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The definition, for every entry by itself."""
    average = dict(steps[0])
    for weights in steps[1:]:
        for key, value in weights.items():
            average[key] = DECAY * average[key] + (1 - DECAY) * value if value.is_floating_point() else value
    return average


def state(path: Path) -> Any:
    return torch.load(path, weights_only=True)


def test_parameters_and_statistics_are_averaged_and_counters_copied(fit: Fit, tmp_path: Path) -> None:
    model, trainer = fit(5)
    trainer.save_checkpoint(tmp_path / "x.ckpt")
    stored = state(tmp_path / "x.ckpt")
    expected = averaged(model.steps)
    assert expected["1.num_batches_tracked"] == 5
    for key, value in expected.items():
        torch.testing.assert_close(stored["state_dict"][f"network.{key}"], value)
        assert torch.equal(stored["current_model_state"][f"network.{key}"], model.steps[-1][key])
    assert not torch.equal(stored["state_dict"]["network.0.weight"], model.steps[-1]["0.weight"])


def test_spectral_norms_of_the_discriminator_stay_what_they_are(fit: Fit, tmp_path: Path) -> None:
    model, trainer = fit(5)
    trainer.save_checkpoint(tmp_path / "x.ckpt")
    stored = state(tmp_path / "x.ckpt")["state_dict"]
    for key, value in model.discriminator.state_dict().items():
        assert torch.equal(stored[f"discriminator.{key}"], value)
        if key.endswith(("_u", "_v")):
            assert value.norm().item() == pytest.approx(1, abs=1e-5)


def test_validation_sees_the_average_and_training_does_not(fit: Fit) -> None:
    model, _ = fit(7)
    assert len(model.validated) == 2
    for seen, steps in zip(model.validated, (3, 7), strict=True):
        for key, value in averaged(model.steps[: steps + 1]).items():
            torch.testing.assert_close(seen[key], value)
    plain, _ = fit(7, average=False)
    for key, value in plain.steps[-1].items():
        assert torch.equal(value, model.steps[-1][key])


def test_accumulated_batches_count_once(fit: Fit, tmp_path: Path) -> None:
    model, trainer = fit(2, accumulate_grad_batches=2)
    trainer.save_checkpoint(tmp_path / "x.ckpt")
    expected = averaged([model.steps[0], model.steps[2], model.steps[4]])
    for key, value in expected.items():
        torch.testing.assert_close(state(tmp_path / "x.ckpt")["state_dict"][f"network.{key}"], value)


def test_an_average_may_start_from_a_checkpoint_without_one(fit: Fit, tmp_path: Path) -> None:
    _, first = fit(4, average=False)
    first.save_checkpoint(tmp_path / "first.ckpt")
    model, second = fit(5, tmp_path / "first.ckpt")
    second.save_checkpoint(tmp_path / "second.ckpt")
    start = state(tmp_path / "first.ckpt")["state_dict"]["network.0.weight"]
    expected = DECAY * start + (1 - DECAY) * model.steps[-1]["0.weight"]
    torch.testing.assert_close(state(tmp_path / "second.ckpt")["state_dict"]["network.0.weight"], expected)


@pytest.mark.parametrize("decay", [0, 1, 1.5, -0.1])
def test_a_decay_out_of_range_is_refused(decay: float) -> None:
    with pytest.raises(InputError, match=r"ema_decay=.* must lie between 0 and 1"):
        EMA(decay=decay)


def test_the_device_is_not_waited_for(fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise AssertionError("a tensor was read")

    callback = EMA.on_train_batch_end

    def guarded(self: EMA, *arguments: Any, **named: Any) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name in ("item", "tolist", "__bool__", "__float__", "__int__", "cpu"):
                patch.setattr(Tensor, name, refuse)
            callback(self, *arguments, **named)

    monkeypatch.setattr(EMA, "on_train_batch_end", guarded)
    assert fit(4)[1].global_step == 4
