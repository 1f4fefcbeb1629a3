"""What every network checks before it computes."""

import pytest
import torch
from torch import Tensor, nn

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.errors import InputError
from inpaint_zoo.models.network import InpaintingNetwork


class Network(InpaintingNetwork):
    stride = 8
    minimum_size = 20

    def __init__(self, *, width: int) -> None:
        super().__init__()
        self.layer = nn.Conv2d(3, 3, width)

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        self.check(image, mask)
        return Prediction(image, composite(image, image, mask), {})


@pytest.mark.parametrize(
    ("size", "wanted"), [((24, 23), "24x24"), ((1, 25), "32x24"), ((16, 24), "24x24"), ((33, 64), "64x40")]
)
def test_a_size_error_says_what_to_pad_to(size: tuple[int, int], wanted: str) -> None:
    got = rf"got {size[1]}x{size[0]} \(width x height\)"
    with pytest.raises(InputError, match=rf"multiples of 8 and at least 20; {got}: .* to {wanted} "):
        Network(width=3).check_size(*size)
    Network(width=3).check_size(24, 40)


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ((3, 24, 24), (1, 24, 24)),
        ((1, 1, 24, 24), (1, 1, 24, 24)),
        ((2, 3, 24, 24), (1, 1, 24, 24)),
        ((1, 3, 24, 24), (1, 3, 24, 24)),
        ((1, 3, 24, 24), (1, 1, 24, 32)),
    ],
)
def test_other_shapes_are_refused(image: tuple[int, ...], mask: tuple[int, ...]) -> None:
    network = Network(width=3)
    network.check(torch.zeros(2, 3, 24, 32), torch.zeros(2, 1, 24, 32))
    with pytest.raises(InputError, match=r"image must be \(B, 3, H, W\) and mask \(B, 1, H, W\); got "):
        network.check(torch.zeros(image), torch.zeros(mask))


def test_compiling_keeps_the_names_of_the_state_dict(monkeypatch: pytest.MonkeyPatch) -> None:
    network = Network(width=3)
    names, compiled = list(network.state_dict()), lambda *_: "compiled"
    monkeypatch.setattr(torch, "compile", lambda generate: compiled)
    network.generate = lambda *_: "eager"
    network.compile_generate()
    assert network.generate is compiled
    assert list(network.state_dict()) == names
