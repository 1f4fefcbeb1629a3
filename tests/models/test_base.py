from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Batch, Prediction, composite
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.base import InpaintingModule, InpaintingNetwork


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
        return {name: torch.tensor(float(i + 1)) for i, name in enumerate(("one", "two")) if self.wants(name)}


@pytest.fixture
def module() -> Callable[..., Any]:
    def make(one: float = 1, two: float = 10, **others: float) -> Any:
        made: Any = Module(
            network={"width": 3},
            loss_weights={"one": one, "two": two, **others},
            optimizer=partial(torch.optim.Adam, lr=0.5),
        )
        made.logged = {}
        made.log_dict = lambda values, **_: made.logged.update(values)
        return made

    return make


BATCH = Batch(image=torch.rand(1, 3, 24, 24), mask=torch.zeros(1, 1, 24, 24), name=["a"])


@pytest.mark.parametrize(
    ("size", "wanted"), [((24, 23), "24x24"), ((1, 25), "24x32"), ((16, 24), "24x24"), ((33, 64), "40x64")]
)
def test_a_size_error_says_what_to_pad_to(size: tuple[int, int], wanted: str) -> None:
    with pytest.raises(InputError, match=rf"multiples of 8 and at least 20; got {size[0]}x{size[1]}: .* to {wanted} "):
        Network(width=3).check_size(*size)
    Network(width=3).check_size(24, 40)


def test_the_loss_is_the_weighted_sum_and_terms_are_logged_unweighted(module: Callable[..., Any]) -> None:
    trained = module()
    outputs = trained.training_step(BATCH, 0)
    assert float(outputs["loss"]) == 1 + 2 * 10
    assert outputs["terms"] == {"one": 1, "two": 2}
    assert trained.logged == {"train/loss": 21, "train/one": 1, "train/two": 2}
    left_out = module(one=0).training_step(BATCH, 0)
    assert float(left_out["loss"]) == 20
    assert left_out["terms"] == {"two": 2}


def test_factors_without_terms_and_terms_without_factors_are_refused(module: Callable[..., Any]) -> None:
    with pytest.raises(InputError, match=r"model\.loss_weights\.three: Module has no such term"):
        module(three=1).training_step(BATCH, 0)
    module(three=0).training_step(BATCH, 0)
    with pytest.raises(InputError, match=r"model\.loss_weights\.three is missing: give 0"):
        module().wants("one", "three")


def test_learning_rates_are_scaled_by_group(module: Callable[..., Any]) -> None:
    optimizer = module().configure_optimizers()
    assert [group["lr"] for group in optimizer.param_groups] == [0.5, 0.05]
    assert [len(group["params"]) for group in optimizer.param_groups] == [2, 2]


def test_a_checkpoint_names_its_model_and_holds_plain_values(module: Callable[..., Any], tmp_path: Path) -> None:
    made, checkpoint = module(), {}
    made.on_save_checkpoint(checkpoint)
    assert checkpoint == {"inpaint_zoo_model": "toy"}
    torch.save(dict(made.hparams), tmp_path / "x.pt")
    stored = torch.load(tmp_path / "x.pt", weights_only=True)
    assert stored == {"network": {"width": 3}, "loss_weights": {"one": 1, "two": 10}}


def test_validation_and_test_steps_hand_out_the_prediction(module: Callable[..., Any]) -> None:
    for step in ("validation_step", "test_step"):
        assert torch.equal(getattr(module(), step)(BATCH, 0)["prediction"].image, BATCH["image"])
