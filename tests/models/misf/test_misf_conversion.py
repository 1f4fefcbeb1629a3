from __future__ import annotations

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.layers.patch_discriminator import PatchDiscriminator
from inpaint_zoo.models.misf import MISFNetwork
from inpaint_zoo.models.misf.conversion import convert, convert_discriminator


@pytest.fixture(scope="module")
def expected() -> dict[str, torch.Tensor]:
    return MISFNetwork(base_channels=64, num_residual_blocks=8).state_dict()


@pytest.fixture(scope="module")
def generator(released_state_dict) -> dict[str, torch.Tensor]:
    return released_state_dict("misf_generator")


def test_a_published_file_with_and_without_prefix(generator, expected):
    bare = convert(generator, expected)
    wrapped = convert(
        {"iteration": 1, "generator": {f"module.{name}": value for name, value in generator.items()}}, expected
    )
    assert list(bare) == list(wrapped) == list(expected)
    assert all(torch.equal(bare[name], wrapped[name]) for name in bare)


def test_refuses_a_missing_entry_by_name(generator, expected):
    del (broken := dict(generator))["encoder0.1.weight"]
    with pytest.raises(InputError, match=r"1 missing \(encoder0\.1\.weight\)"):
        convert(broken, expected)


def test_refuses_an_entry_too_many_by_name(generator, expected):
    with pytest.raises(InputError, match=r"1 left over \(extra\.weight\)"):
        convert({**generator, "extra.weight": torch.zeros(1)}, expected)


def test_refuses_another_width(generator):
    narrow = MISFNetwork(base_channels=8, num_residual_blocks=8).state_dict()
    with pytest.raises(InputError, match="of another shape"):
        convert(generator, narrow)


def test_the_published_discriminator_with_its_second_names(released_state_dict):
    network = PatchDiscriminator(in_channels=3, base_channels=64)
    state = convert_discriminator({"discriminator": released_state_dict("misf_discriminator")}, network.state_dict())
    network.load_state_dict(state)
    assert network.eval()(torch.rand(1, 3, 256, 256)).shape == (1, 1, 30, 30)
