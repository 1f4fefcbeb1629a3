from __future__ import annotations

import pytest
import torch

from inpaint_zoo.config.compose import compose_config
from inpaint_zoo.errors import InputError
from inpaint_zoo.training.precision import PRECISIONS, check_precision


def check(*overrides: str) -> None:
    check_precision(compose_config("train", overrides))


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)


@pytest.mark.usefixtures("gpu")
@pytest.mark.parametrize("precision", [*PRECISIONS, "32", "16", "bf16"])
def test_long_and_short_names_are_accepted(precision: str) -> None:
    check(f"trainer.precision={precision}")


@pytest.mark.parametrize("precision", ["64-true", "16-true", "bf16-true", "64", "8"])
def test_what_the_losses_are_not_written_for_is_refused(precision: str) -> None:
    with pytest.raises(InputError, match=f"^trainer.precision={precision} is not offered.*known: 32-true"):
        check(f"trainer.precision={precision}")


@pytest.mark.parametrize("accelerator", ["auto", "cpu"])
def test_float16_needs_a_gpu(accelerator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: accelerator == "cpu")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(InputError, match="16-mixed needs a GPU"):
        check("trainer.precision=16", f"trainer.accelerator={accelerator}")
    check("trainer.precision=bf16", f"trainer.accelerator={accelerator}")


@pytest.mark.usefixtures("gpu")
def test_a_fused_optimizer_is_refused_with_a_loss_scale_only() -> None:
    fused = "+model.optimizer.fused=true"
    with pytest.raises(InputError, match=r"give model\.optimizer\.fused=false"):
        check("trainer.precision=16-mixed", fused)
    check("trainer.precision=bf16-mixed", fused)
    check("trainer.precision=16-mixed", "+model.optimizer.fused=false")
