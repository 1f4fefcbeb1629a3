from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from inpaint_zoo.batch import Batch
from inpaint_zoo.errors import InputError, InputWarning
from inpaint_zoo.training.callbacks import FiniteLoss
from inpaint_zoo.training.runs.nan_file import read_nan_file

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*does not have many workers",
    "ignore:.*LeafSpec",
    "ignore:You're resuming from a checkpoint",
)


class Model(pl.LightningModule):
    """Two loss terms; `bad[batch]` (from 1) says which one has which value in a batch."""

    def __init__(self, bad: Mapping[int, tuple[str, float]], rank: int = 0, gradient: float = 1.0) -> None:
        super().__init__()
        self.layer = nn.Linear(1, 1)
        self.layer.weight.register_hook(lambda computed: gradient * computed)
        self.bad, self.rank, self.batch = bad, rank, 0

    def training_step(self, batch: dict[str, Any]) -> dict[str, Any]:
        self.batch += 1
        loss = self.layer(batch["image"].mean()[None, None]).sum()
        terms = {"l1": loss.detach(), "style": loss.detach().clone()}
        if self.global_rank == self.rank and self.batch in self.bad:
            name, value = self.bad[self.batch]
            for term in terms if name == "both" else [name]:
                terms[term].fill_(value)
        return {"loss": loss, "terms": terms}

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.SGD(self.parameters(), lr=1e-3)


def batch(number: int) -> Batch:
    image = torch.full((1, 3, 1, 1), float(number + 1))
    return Batch(image=image, mask=torch.ones(1, 1, 1, 1), name=[f"{number + 1}.png"])


class Saves(pl.Callback):
    """Writes a checkpoint after some steps."""

    def __init__(self, path: Path, *steps: int) -> None:
        self.path, self.steps = path, steps

    def on_train_batch_end(self, trainer: pl.Trainer, *_: Any, **__: Any) -> None:
        if trainer.global_step in self.steps:
            trainer.save_checkpoint(self.path)


def train(folder: Path, model: Model, *saved_at: int, every: int = 5, steps: int = 20, **arguments: Any) -> pl.Trainer:
    settings: dict[str, Any] = {
        "logger": False, "enable_checkpointing": False, "enable_progress_bar": False,
        "enable_model_summary": False, "accelerator": "cpu",
    }  # fmt: skip
    callbacks = [FiniteLoss(every=every), Saves(folder / "last.ckpt", *saved_at)]
    trainer = pl.Trainer(max_steps=steps, callbacks=callbacks, default_root_dir=folder, **settings | arguments)
    checkpoint = folder / "start.ckpt"
    trainer.fit(
        model, DataLoader([batch(number) for number in range(40)], batch_size=None),  # type: ignore[arg-type]
        ckpt_path=checkpoint if checkpoint.exists() else None,
    )  # fmt: skip
    return trainer


@pytest.fixture
def fit(tmp_path: Path) -> Callable[..., pl.Trainer]:
    return partial(train, tmp_path)


def test_a_finite_loss_does_not_stop_anything(fit: Callable[..., pl.Trainer], tmp_path: Path) -> None:
    assert fit(Model({}), 7, 20).global_step == 20
    assert torch.load(tmp_path / "last.ckpt", weights_only=True)["global_step"] == 20


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_the_term_and_the_batches_are_named(fit: Callable[..., pl.Trainer], tmp_path: Path, value: float) -> None:
    model = Model({8: ("style", value)})
    told = (
        r"^loss term style was not finite in batch 8 \(found after batch 10, .* 7\); the checkpoint of step 7 is kept"
    )
    with pytest.raises(InputError, match=told):
        fit(model, 7)
    assert model.batch == 10
    assert torch.load(tmp_path / "last.ckpt", weights_only=True)["global_step"] == 7


def test_a_checkpoint_is_not_overwritten_by_a_broken_one(fit: Callable[..., pl.Trainer], tmp_path: Path) -> None:
    model = Model({8: ("style", math.nan), 9: ("l1", math.inf)})
    with pytest.raises(InputError, match=r"^loss term style was not finite in batch 8 \(found after batch 9, last"):
        fit(model, 7, 9, every=100)
    assert model.batch == 9
    assert torch.load(tmp_path / "last.ckpt", weights_only=True)["global_step"] == 7


def test_the_very_first_batch(fit: Callable[..., pl.Trainer]) -> None:
    with pytest.raises(
        InputError,
        match=r"^loss terms l1, style were not finite in batch 1 .*; nothing was saved: start again with a lower",
    ):
        fit(Model({1: ("both", math.nan)}), every=1)


def test_weights_that_broke_in_the_last_step_are_not_saved(fit: Callable[..., pl.Trainer], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^layer\.weight was not finite after step 1, though every loss term was"):
        fit(Model({}, gradient=math.inf), 1, every=100)
    assert not (tmp_path / "last.ckpt").exists()


def test_batches_are_counted_through_accumulation_and_resuming(fit: Callable[..., pl.Trainer], tmp_path: Path) -> None:
    fit(Model({}), 3, steps=3, accumulate_grad_batches=2)
    (tmp_path / "last.ckpt").rename(tmp_path / "start.ckpt")
    model = Model({2: ("l1", math.nan)})
    with pytest.raises(
        InputError, match=r"l1 was not finite in batch 8 \(.* batch 10, .* 6\); the checkpoint of step 3"
    ):
        fit(model, accumulate_grad_batches=2)
    assert model.batch == 4


def test_the_device_is_not_waited_for_between_two_readings(
    fit: Callable[..., pl.Trainer], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    tolist = Tensor.tolist
    monkeypatch.setattr(Tensor, "tolist", lambda self: reads.append(1) or tolist(self))
    fit(Model({}), steps=20, every=10)
    assert len(reads) == 2


def test_the_batch_and_the_weights_before_it_are_written(fit: Callable[..., pl.Trainer], tmp_path: Path) -> None:
    weights: list[Tensor] = []

    class Sees(Model):
        def on_train_batch_start(self, *_: Any) -> None:
            weights.append(self.layer.weight.detach().clone())

    path = tmp_path / "nan" / "rank0.pt"
    with pytest.raises(InputError, match=rf"; look at the batch: inpaint-zoo replay {path}$"):
        fit(Sees({8: ("style", math.nan), 9: ("l1", math.inf)}), 7)
    content = read_nan_file(path)
    assert (content.batch_number, content.step, content.epoch, content.rank) == (8, 7, 0, 0)
    assert (content.precision, content.device) == ("32-true", "cpu")
    assert content.batch["name"] == ["8.png"]
    assert content.batch["image"].unique().tolist() == [8.0]
    assert torch.equal(content.state_dict["layer.weight"], weights[7])
    assert math.isnan(content.losses["style"])
    assert math.isfinite(content.losses["l1"])


def test_accumulated_batches_are_told_apart(fit: Callable[..., pl.Trainer], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"in batch 7 \("):
        fit(Model({7: ("l1", math.nan)}), accumulate_grad_batches=2, every=2)
    content = read_nan_file(tmp_path / "nan" / "rank0.pt")
    assert (content.batch_number, content.step, content.batch["name"]) == (7, 3, ["7.png"])


def test_a_training_that_cannot_write_the_batch_says_why_it_ends(
    fit: Callable[..., pl.Trainer], tmp_path: Path
) -> None:
    (tmp_path / "nan").write_text("in the way")
    told = r"^loss term style was not finite in batch 8 .*; the batch could not be written$"
    with pytest.warns(InputWarning, match="cannot write"), pytest.raises(InputError, match=told):
        fit(Model({8: ("style", math.nan)}))


@pytest.mark.slow
def test_all_processes_stop_when_one_diverges(tmp_path: Path) -> None:
    # a process of its own: one that has computed gradients cannot be forked
    stopped = subprocess.run(
        [sys.executable, __file__, str(tmp_path)], check=False, stderr=subprocess.PIPE, text=True, timeout=300
    )
    assert stopped.returncode == 1
    assert "loss term style was not finite in batch 8 (found after batch 10" in stopped.stderr
    assert f"look at the batch: inpaint-zoo replay {tmp_path}/nan/rank1.pt" in stopped.stderr
    assert [path.name for path in (tmp_path / "nan").iterdir()] == ["rank1.pt"]
    assert read_nan_file(tmp_path / "nan" / "rank1.pt").rank == 1


if __name__ == "__main__":
    diverging = Model({8: ("style", math.nan)}, rank=1)
    train(Path(sys.argv[1]), diverging, devices=2, strategy="ddp_fork", use_distributed_sampler=False)
