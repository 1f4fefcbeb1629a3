from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from inpaint_zoo.errors import InputError
from inpaint_zoo.training.callbacks import ActivationCheckpointing, optional_activation_checkpointing

pytestmark = pytest.mark.filterwarnings("ignore:.*does not have many workers", "ignore:.*LeafSpec")
BATCHES = [torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(i)) for i in range(4)]


class Model(pl.LightningModule):
    """Two blocks; counts how often each of them is computed."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        blocks = [nn.Sequential(nn.Conv2d(3, 3, 3), nn.BatchNorm2d(3), nn.ReLU(inplace=True)) for _ in range(2)]
        self.network = nn.Sequential(*blocks)
        self.calls = 0
        blocks[0][0].register_forward_hook(self.count)

    def count(self, *_: Any) -> None:
        self.calls += 1

    def training_step(self, batch: Tensor) -> Tensor:
        return self.network(batch).square().mean()

    def configure_optimizers(self) -> torch.optim.Optimizer:
        return torch.optim.Adam(self.parameters(), lr=0.1)


def trained(*callbacks: pl.Callback, module: Model | None = None, **options: Any) -> Model:
    module = module or Model()
    switches = dict.fromkeys(("enable_progress_bar", "enable_model_summary", "enable_checkpointing", "logger"), False)
    trainer = pl.Trainer(max_steps=2, accelerator="cpu", callbacks=list(callbacks), **switches, **options)
    trainer.fit(module, DataLoader(BATCHES, batch_size=None))
    return module


@pytest.mark.parametrize("accumulated", [1, 2])
def test_a_training_ends_with_the_same_weights_and_statistics(accumulated: int) -> None:
    usual = trained(accumulate_grad_batches=accumulated)
    less = trained(ActivationCheckpointing(), accumulate_grad_batches=accumulated)
    assert less.calls == 2 * usual.calls == 4 * accumulated
    for (key, one), (_, other) in zip(usual.state_dict().items(), less.state_dict().items(), strict=True):
        assert torch.allclose(one, other, rtol=1e-6), key
    assert not any("forward" in vars(block) for block in less.network.modules())


def test_a_failure_leaves_the_network_as_it_was() -> None:
    class Failing(Model):
        def training_step(self, batch: Tensor) -> Tensor:
            raise RuntimeError("no")

    module = Failing()
    with pytest.raises(RuntimeError, match="no"):
        trained(ActivationCheckpointing(), module=module)
    assert not any("forward" in vars(block) for block in module.network.modules())


def test_it_is_left_out_unless_wanted() -> None:
    assert optional_activation_checkpointing() is None
    assert isinstance(optional_activation_checkpointing(True), ActivationCheckpointing)
    with pytest.raises(InputError, match="activation_checkpointing=often must be true or false"):
        optional_activation_checkpointing("often")
