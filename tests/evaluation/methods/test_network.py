from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.evaluation.methods import NetworkMethod, Sample
from inpaint_zoo.images.arrays import to_float
from inpaint_zoo.models.network import InpaintingNetwork
from inpaint_zoo.runtime.arithmetic import Arithmetic
from inpaint_zoo.zoo import create_model


class Recorder(InpaintingNetwork):
    """Answers with a gray image and remembers what it was given."""

    stride = 8
    minimum_size = 20

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[Tensor, Tensor]] = []

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        self.check(image, mask)
        self.seen.append((image, mask))
        output = torch.full_like(image, 0.5)
        return Prediction(output, composite(output, image, mask), {})


def sample(height: int, width: int) -> Sample:
    rng = np.random.RandomState(0)
    hole = np.zeros((height, width), bool)
    hole[: height // 2 + 1, : width // 3 + 1] = True
    return Sample("a.png", "a.png", rng.randint(1, 256, (height, width, 3), dtype=np.uint8), hole)


@pytest.mark.parametrize(("height", "width", "padded"), [(24, 32, (24, 32)), (23, 25, (24, 32)), (1, 3, (24, 24))])
def test_images_are_padded_to_the_stride_and_cropped_back(height: int, width: int, padded: tuple[int, int]) -> None:
    network, given = Recorder(), sample(height, width)
    filled = NetworkMethod(network, torch.device("cpu"))(given)
    ((image, mask),) = network.seen
    assert tuple(image.shape[2:]) == tuple(mask.shape[2:]) == padded
    assert filled.shape == (height, width, 3)
    assert np.array_equal(filled[~given.hole], to_float(given.image)[~given.hole])
    assert (filled[given.hole] == 0.5).all()


def test_padding_mirrors_image_and_mask() -> None:
    network, given = Recorder(), sample(23, 25)
    NetworkMethod(network, torch.device("cpu"))(given)
    ((image, mask),) = network.seen
    assert torch.equal(image[..., 23, :], image[..., 21, :])
    assert torch.equal(mask[..., 25:], mask[..., 17:24].flip(-1))


def test_the_network_sees_an_empty_hole() -> None:
    network, given = Recorder(), sample(24, 24)
    before = given.image.copy()
    NetworkMethod(network, torch.device("cpu"))(given)
    ((image, mask),) = network.seen
    assert (image[mask.bool().expand_as(image)] == 0).all()
    assert (image[~mask.bool().expand_as(image)] > 0).all()
    assert np.array_equal(given.image, before)


def test_the_network_is_put_into_eval_mode() -> None:
    network = Recorder().train()
    assert not NetworkMethod(network, torch.device("cpu")).network.training


def test_a_protocol_that_leaks_shows_the_complete_image() -> None:
    network, given = Recorder(), sample(24, 24)
    NetworkMethod(network, torch.device("cpu"), sees_complete=True)(given)
    ((image, _),) = network.seen
    assert np.array_equal(image[0].permute(1, 2, 0).numpy(), to_float(given.image))


def test_the_identity_is_that_of_the_weights() -> None:
    method = NetworkMethod(Recorder(), torch.device("cpu"), identity={"model": "misf", "weights": "0a"})
    assert method.identity() == {"kind": "network", "model": "misf", "weights": "0a"}


def test_it_computes_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """In bfloat16, and compiled (by Dynamo alone); the identity tells."""
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    torch.manual_seed(0)
    network, given, cpu = create_model("misf", base_channels=4), sample(64, 72), torch.device("cpu")
    usual = NetworkMethod(network, cpu)(given)
    half = NetworkMethod(network, cpu, arithmetic=Arithmetic("bf16"))
    assert 0 < np.abs(half(given) - usual).max() < 0.02
    assert half(given).dtype == np.float32
    assert half.identity() == {"kind": "network", "precision": "bf16"}
    compiled = NetworkMethod(network, cpu, arithmetic=Arithmetic(compile=True))
    assert np.array_equal(compiled(given), usual)
    assert compiled.identity() == {"kind": "network", "compile": "true"}
