import pytest
import torch

from inpaint_zoo.errors import InputError
from inpaint_zoo.models.conversion import (
    patch_discriminator_name,
    rename_strictly,
    replace_prefixes,
    without_prefix,
)


def test_the_longest_prefix_wins_and_other_names_stay() -> None:
    rename = replace_prefixes({"a.": "x.", "a.b.": "y.", "c.": "z."})
    assert [rename(name) for name in ("a.1", "a.b.1", "c.a.b.", "d.a.")] == ["x.1", "y.1", "z.a.b.", "d.a."]


def test_prefixes_are_removed_once() -> None:
    state = {"module.a": 1, "model.module.b": 2, "c": 3}
    assert without_prefix(state, "model.module.", "module.") == {"a": 1, "b": 2, "c": 3}
    assert without_prefix({"module.module.a": 1}, "module.") == {"module.a": 1}


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
