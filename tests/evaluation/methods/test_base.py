"""What all methods have in common."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from inpaint_zoo.batch import Prediction, composite
from inpaint_zoo.evaluation.methods import ClassicalFill, ImageFolder, Method, NetworkMethod, Sample
from inpaint_zoo.evaluation.methods.fills import FILLS
from inpaint_zoo.models.network import InpaintingNetwork


class Overwriting(InpaintingNetwork):
    """Writes into its own input, which must not reach the sample."""

    stride = 1
    minimum_size = 1

    def forward(self, image: Tensor, mask: Tensor) -> Prediction:
        image.zero_()
        mask.fill_(1)
        return Prediction(image, composite(image, image, mask), {})


@pytest.fixture
def methods(images: Callable[..., Path]) -> dict[str, Method]:
    return {
        "fill": ClassicalFill(FILLS["nearest"], "nearest"),
        "folder": ImageFolder(images("a.png"), "theirs"),
        "network": NetworkMethod(Overwriting(), torch.device("cpu")),
    }


def test_a_method_returns_an_image_and_leaves_the_sample_as_it_was(methods: dict[str, Method]) -> None:
    pixels = np.random.RandomState(0).randint(0, 256, (36, 40, 3), dtype=np.uint8)
    hole = pixels[..., 0] > 200
    for method in methods.values():
        sample = Sample("a.png", "a.png", pixels.copy(), hole.copy())
        output = method(sample)
        assert output.shape == pixels.shape
        assert output.dtype in (np.uint8, np.float32)
        assert np.array_equal(sample.image, pixels)
        assert np.array_equal(sample.hole, hole)


def test_identities_are_texts_and_differ(methods: dict[str, Method]) -> None:
    identities = [method.identity() for method in methods.values()]
    assert [identity["kind"] for identity in identities] == list(methods)
    assert all(isinstance(value, str) for identity in identities for value in identity.values())
