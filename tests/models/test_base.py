from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Batch, Prediction, composite
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.models.statement import stated


class Network(InpaintingNetwork):
    stride = 8
    minimum_size = 20

    def __init__(self, *, width: int) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 3, width)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        self.check(image, mask)
        return Prediction(image, composite(image, image, mask), {})


class Module(InpaintingModule):
    name = "toy"
    network_class = Network

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.critic = nn.Linear(1, 1)

    def parameter_groups(self) -> list[dict[str, Any]]:
        return [{"params": list(self.network.parameters())}, {"params": [*self.critic.parameters()], "lr_scale": 0.1}]

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        zero = 0 * self.critic.weight.sum()
        return {name: zero + float(i + 1) for i, name in enumerate(("one", "two")) if self.wants(name)}


@pytest.fixture
def module() -> Callable[..., Any]:
    def make(one: float = 1, two: float = 10, **others: float) -> Any:
        return Module(
            network={"width": 3},
            loss_weights={"one": one, "two": two, **others},
            optimizer=partial(torch.optim.Adam, lr=0.5),
        )

    return make


BATCH = Batch(image=torch.rand(1, 3, 24, 24), mask=torch.zeros(1, 1, 24, 24), name=["a"])


def test_the_loss_is_the_weighted_sum(module: Callable[..., Any]) -> None:
    trained = module()
    outputs = trained.training_step(BATCH, 0)
    assert outputs["loss"].item() == 1 + 2 * 10
    assert outputs["terms"] == {"one": 1, "two": 2}
    left_out = module(one=0).training_step(BATCH, 0)
    assert left_out["loss"].item() == 20
    assert left_out["terms"] == {"two": 2}


def test_factors_without_terms_and_terms_without_factors_are_refused(module: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match=r"model\.loss_weights\.three: Module has no such term"):
        module(three=1).training_step(BATCH, 0)
    module(three=0).training_step(BATCH, 0)
    with pytest.raises(InputError, match=r"model\.loss_weights\.three is missing: give 0"):
        module().wants("one", "three")


class Learning(Module):
    def losses(self, batch: Batch) -> dict[str, Tensor]:
        return {
            "one": 50 * self.network.layer(batch["image"]).square().mean(),  # type: ignore[operator]
            "two": 0.01 * self.critic(batch["image"].mean().view(1, 1)).square().mean(),
        }


def test_arguments_of_the_network_are_a_mapping() -> None:
    with pytest.raises(InputError, match=r"model\.network=text must be a mapping"):
        Learning(network="text", loss_weights={"one": 1})


@pytest.mark.filterwarnings(
    "ignore:You defined a `validation_step`", "ignore:.*does not have many workers", "ignore:.*LeafSpec"
)
def test_the_trainer_clips_each_group_by_itself() -> None:
    def build() -> Learning:
        torch.manual_seed(0)
        factory = partial(torch.optim.SGD, lr=0.1)
        return Learning(network={"width": 3}, loss_weights={"one": 1, "two": 1}, optimizer=factory)

    trained, twin = build(), build()
    trainer = pl.Trainer(
        max_steps=3, gradient_clip_val=0.2, accelerator="cpu", logger=False, enable_checkpointing=False,
        enable_progress_bar=False, enable_model_summary=False,
    )  # fmt: skip
    trainer.fit(trained, torch.utils.data.DataLoader([BATCH] * 3, batch_size=None))
    for _ in range(3):
        twin.zero_grad()
        sum(twin.losses(BATCH).values(), torch.zeros(())).backward()  # type: ignore[no-untyped-call]
        for network, rate in ((twin.network, 0.1), (twin.critic, 0.01)):
            gradient = torch.cat([p.grad.flatten() for p in network.parameters() if p.grad is not None])
            factor = min(1.0, 0.2 / float(gradient.norm()))
            for parameter in network.parameters():
                assert parameter.grad is not None
                parameter.data -= rate * factor * parameter.grad
    for name, value in trained.state_dict().items():
        torch.testing.assert_close(value, twin.state_dict()[name])


def test_a_checkpoint_names_its_model_and_holds_plain_values(module: Callable[..., Any], tmp_path: Path) -> None:
    made, checkpoint = module(), {"state_dict": {}}
    made.on_save_checkpoint(checkpoint)
    arguments = {"hyper_parameters": {"network": {"width": 3}}}
    state = checkpoint.pop("state_dict")
    assert stated(state) == {**checkpoint, **arguments}
    loaded = {"state_dict": state}
    made.on_load_checkpoint(loaded)
    assert loaded == {"state_dict": {}}
    network_class = f"{__name__}.{made.network_class.__qualname__}"
    assert checkpoint == {"inpaint_zoo_model": "toy", "inpaint_zoo_network": network_class}
    torch.save(dict(made.hparams), tmp_path / "x.pt")
    stored = torch.load(tmp_path / "x.pt", weights_only=True)
    assert stored == {"network": {"width": 3}, "loss_weights": {"one": 1, "two": 10}}


def test_validation_and_test_steps_hand_out_the_prediction(module: Callable[..., Any]) -> None:
    for step in ("validation_step", "test_step"):
        assert torch.equal(getattr(module(), step)(BATCH, 0)["prediction"].image, BATCH["image"])
