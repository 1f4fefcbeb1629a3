import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.conversion import (
    bare_name,
    network_state,
    patch_discriminator_name,
    rename_strictly,
    replace_prefixes,
)


def test_the_longest_prefix_wins_and_other_names_stay() -> None:
    rename = replace_prefixes({"a.": "x.", "a.b.": "y.", "c.": "z."})
    assert [rename(name) for name in ("a.1", "a.b.1", "c.a.b.", "d.a.")] == ["x.1", "y.1", "z.a.b.", "d.a."]


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("a.weight", "a.weight"),
        ("_orig_mod.a.weight", "a.weight"),
        ("module.module.a.weight", "a.weight"),
        ("module._orig_mod.module.a._orig_mod.weight", "a.weight"),
        ("a.module.weight", "a.module.weight"),
        (7, "7"),
    ],
)
def test_what_torch_adds_to_a_name_is_taken_off(name: object, bare: str) -> None:
    assert bare_name(name) == bare


STATE = {"a.weight": 1, "b": 2}


@pytest.mark.parametrize(
    "content",
    [
        STATE,
        {"state_dict": STATE, "epoch": 3},
        {"net": STATE, "discriminator": {"a.weight": 5}},
        {"module": {}, "state_dict": {"net": {"_orig_mod.a.weight": 1, "module.b": 2}}},
        {"net": {"state_dict": {"module.model._orig_mod.a.weight": 1, "module.model.b": 2, "module.loss": 3}}},
        {"n_averaged": 9, "module.net.a.weight": 1, "module.net.b": 2, "module.discriminator.b": 3},
        {"model_state_dict": {"module.n_averaged": 9, "module._orig_mod.a.weight": 1, "module.module.b": 2}},
    ],
)
def test_a_network_is_found_in_what_was_put_around_it(content: dict[str, object]) -> None:
    assert network_state(content, "net") == STATE


def test_a_file_that_holds_itself_comes_to_an_end() -> None:
    content: dict[str, object] = {}
    content["state_dict"] = content
    assert network_state(content) == content


def test_names_come_in_our_order_and_unused_ones_are_left_out() -> None:
    one, two = torch.zeros(1), torch.zeros(2)
    renamed = rename_strictly({"q": two, "p": one, "old.x": one}, str.upper, {"P": one, "Q": two}, unused=["old."])
    assert list(renamed) == ["P", "Q"]
    assert renamed["Q"] is two


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({}, r"2 missing \(a, b\); none left over; none of another shape"),
        ({"a": 1, "b": torch.zeros(2)}, r"1 of another shape \(a\)"),
        ({"a": torch.zeros(1), "b": torch.zeros(3)}, r"none missing; none left over; 1 of another shape \(b\)"),
        (dict.fromkeys("abcdefg", torch.zeros(1)), r"5 left over \(c, d, e, …\); 1 of another shape"),
    ],
)
def test_differences_are_counted_and_named(state: dict[str, torch.Tensor], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        rename_strictly(state, str, {"a": torch.zeros(1), "b": torch.zeros(2)})


@pytest.mark.parametrize("place", ["", "texture_branch."])
def test_names_of_a_patch_discriminator_with_the_second_name_of_its_first_layer(place: str) -> None:
    published = (
        "conv1.0.weight_orig",
        "features.0.weight_u",
        "conv5.0.weight_v",
        "conv2.0.bias",
        "features.2.weight_u",
    )
    ours = ("convolutions.0.parametrizations.weight.original", "convolutions.0.parametrizations.weight.0._u",
            "convolutions.4.parametrizations.weight.0._v", "conv2.0.bias", "features.2.weight_u")  # fmt: skip
    assert [patch_discriminator_name(place + name) for name in published] == [place + name for name in ours]


@pytest.mark.parametrize("value", [torch.ones(1, dtype=torch.int32), torch.ones(1, device="meta")])
def test_values_of_another_type_are_no_weights(value: torch.Tensor) -> None:
    with pytest.raises(InputError, match=r"1 without values of their type \(a\): save the weights as floats"):
        rename_strictly({"a": value}, str, {"a": torch.zeros(1)})
