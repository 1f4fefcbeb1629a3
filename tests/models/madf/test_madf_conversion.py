from __future__ import annotations

import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.madf import MADFNetwork
from inpaint_zoo.models.madf.conversion import convert

SHAPE = {"base_channels": 64, "mask_channels": 16, "num_levels": 7, "normalization_channels": 128}


@pytest.fixture(scope="module")
def expected() -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        return MADFNetwork(**SHAPE, num_refinements=2).state_dict()


@pytest.fixture(scope="module")
def generator(released_state_dict) -> dict[str, torch.Tensor]:
    return released_state_dict("madf_generator")


def test_a_published_file_and_the_bare_generator_agree(generator, expected):
    bare = convert(generator, expected)
    file = {f"module.model.{name}": value for name, value in generator.items()}
    file |= {
        "module.extractor.enc_1.0.weight": torch.zeros(64, 3, 3, 3),
        "module.extractor.enc_1.0.bias": torch.zeros(64),
    }
    published = convert({"n_iter": 1, "model": file}, expected)
    assert list(bare) == list(published) == list(expected)
    assert all(torch.equal(bare[name], published[name]) for name in bare)


def test_a_missing_entry_is_named(generator, expected):
    del (broken := dict(generator))["enc_up_3.0.bias"]
    with pytest.raises(InputError, match=r"1 missing \(encoder\.skips\.2\.bias\)"):
        convert(broken, expected)


def test_a_missing_half_of_a_filter_prediction_is_named(generator, expected):
    del (broken := dict(generator))["filter_gen_2.conv1.0.bias"]
    with pytest.raises(InputError, match=r"1 missing \(encoder\.blocks\.1\.dynamic_filter.*1 left over \(filter_gen_2"):
        convert(broken, expected)


@pytest.mark.parametrize("name", ["enc_conv_8.bn.weight", "enc_conv_1.weight", "dec_ref2_1.weight"])
def test_an_entry_too_many_is_named(generator, expected, name):
    with pytest.raises(InputError, match=rf"1 left over \({name}\)"):
        convert({**generator, name: torch.zeros(1)}, expected)


def test_another_width_is_refused(generator):
    narrow = MADFNetwork(**(SHAPE | {"base_channels": 8}), num_refinements=2).state_dict()
    with pytest.raises(InputError, match="of another shape"):
        convert(generator, narrow)


def test_another_number_of_refinements_is_refused(generator):
    with torch.device("meta"):
        fewer = MADFNetwork(**SHAPE, num_refinements=1).state_dict()
    with pytest.raises(InputError, match="left over"):
        convert(generator, fewer)
