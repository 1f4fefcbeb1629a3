import sys
from collections.abc import Iterator, Mapping
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, TypedDict, Unpack

import pytest
from omegaconf import OmegaConf
from torch import Tensor, nn

from inpaint_zoo.config.allowlist import allowing
from inpaint_zoo.config.build import (
    check_arguments,
    check_nodes,
    construct,
    locate,
    locate_network,
    signature_of,
)
from inpaint_zoo.errors import InputError


@pytest.fixture(autouse=True)
def _simple_targets() -> Iterator[None]:
    """Small classes of the standard library stand for those of a configuration."""
    with allowing(["fractions", "textwrap", "types", "paper.Model", "no_such_package"]):
        yield


def test_calls_the_target_with_keys_and_what_is_given() -> None:
    node = OmegaConf.create({"n": 3, "half": {"_target_": "fractions.Fraction", "numerator": "${n}"}})
    assert construct(node.half, denominator=4) == Fraction(3, 4)


def test_nested_targets_and_factories() -> None:
    node = OmegaConf.create(
        {
            "_target_": "types.SimpleNamespace",
            "items": [{"_target_": "fractions.Fraction", "numerator": 1}],
            "factory": {"_target_": "fractions.Fraction", "_partial_": True, "numerator": 1},
            "inner": {"plain": 2},
        }
    )
    built = construct(node)
    assert built.items == [Fraction(1)]
    assert built.factory(denominator=7) == Fraction(1, 7)
    assert type(built.inner) is dict


def test_dollar_signs_in_a_path_arrive() -> None:
    built = construct(OmegaConf.create({"_target_": "types.SimpleNamespace", "root": r"a\${oops}"}))
    assert built.root == "a${oops}"


@pytest.mark.parametrize(
    ("node", "message"),
    [
        ({"_target_": "fractions.Fraction", "numerater": 1}, "data.numerater is no argument .* mean 'numerator'"),
        ({"_target_": "fractions.Fractoin"}, "fractions.Fractoin cannot be imported"),
        ({"_target_": "Fraction"}, "data._target_ is 'Fraction': give a dotted path"),
        ({"_target_": "no_such_package.X"}, "no_such_package.X cannot be imported"),
        ({"_target_": "textwrap.dedent"}, "data: dedent: missing"),
        ({"_target_": "textwrap.dedent", "text": 1, "n": 2}, "data.n is no argument of dedent"),
        ({"x": 1}, "data has no _target_"),
    ],
)
def test_mistakes_are_named(node: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        construct(OmegaConf.create({"data": node}).data)


def test_a_type_error_inside_the_target_stays_what_it_is() -> None:
    with pytest.raises(TypeError, match="Rational"):
        construct({"_target_": "fractions.Fraction", "numerator": 1, "denominator": []})


class Network(nn.Module):
    def __init__(self, *, base_channels: int) -> None:
        super().__init__()
        self.base_channels = base_channels


class Model:
    network_class = Network

    def __init__(self, *, network: dict[str, Any]) -> None:
        self.network = Network(**network)


def test_the_arguments_of_a_network_are_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paper", SimpleNamespace(Model=Model))  # type: ignore[arg-type]
    node = OmegaConf.create({"model": {"_target_": "paper.Model", "network": {"base_channels": 8}}})
    assert construct(node.model).network.base_channels == 8
    check_nodes(node)
    node.model.network.base_channels = "many"
    with pytest.raises(InputError, match=r"model\.network\.base_channels is 'many': give a value of type int"):
        check_nodes(node)
    node.model.network = 5
    with pytest.raises(InputError, match=r"model\.network is 5: give a value of type mapping, \{KEY: VALUE\}"):
        check_nodes(node)
    node.model.network = {"base_chanels": 8}
    with pytest.raises(InputError, match=r"model\.network\.base_chanels is no argument of Network, did you mean"):
        check_nodes(node)


def test_nodes_are_checked_at_any_depth_but_may_lack_what_is_given_later() -> None:
    fraction = {"_target_": "fractions.Fraction", "numerater": 1}
    check_nodes(OmegaConf.create({"data": {"_target_": "textwrap.indent", "text": "???"}, "seed": 3}))
    with pytest.raises(InputError, match=r"data\.inner\.numerater is no argument"):
        check_nodes(OmegaConf.create({"data": {"inner": fraction}}))
    with pytest.raises(InputError, match=r"data\.inner\.1\.numerater is no argument"):
        check_nodes(OmegaConf.create({"data": {"inner": [3, fraction]}}))


def test_locate() -> None:
    assert locate("fractions.Fraction") is Fraction


def takes(
    *,
    count: int,
    ratio: float,
    flag: bool,
    name: str | None,
    size: int | list[int],
    lr: float | Tensor,
    weights: Mapping[str, float],
    part: dict[str, Any] | None = None,
    free: Any = 0,
) -> None:
    """Hints of all kinds."""


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("count", 3, True),
        ("count", "abc", False),
        ("count", 0.5, False),
        ("count", True, False),
        ("count", None, False),
        ("ratio", 1, True),
        ("ratio", "1", False),
        ("flag", False, True),
        ("flag", 1, False),
        ("name", None, True),
        ("name", 3, False),
        ("size", "abc", True),
        ("size", [1], True),
        ("lr", 1, True),
        ("lr", "abc", False),
        ("weights", {}, True),
        ("weights", None, False),
        ("weights", 5, False),
        ("part", {"a": 1}, True),
        ("part", None, True),
        ("part", True, False),
        ("part", "abc", False),
        ("free", "anything", True),
    ],
)
def test_a_plain_value_of_the_wrong_type_is_named(name: str, value: Any, fits: bool) -> None:
    values = {"count": 1, "ratio": 0.5, "flag": True, "name": "x", "size": 1, "lr": 0.1, "weights": {}, name: value}
    if fits:
        check_arguments(takes, values, "data")
    else:
        with pytest.raises(InputError, match=rf"data\.{name} is .*: give a value of type"):
            check_arguments(takes, values, "data")


class Shared(TypedDict):
    size: int
    name: str | None


class HandsOn:
    def __init__(self, *, own: int, **shared: Unpack[Shared]) -> None:
        self.values = {"own": own, **shared}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"own": 1, "size": 2}, "missing a required argument: 'name'"),
        ({"own": 1, "siez": 2, "name": None}, "siez is no argument of HandsOn, did you mean 'size'"),
        ({"own": 1, "size": "2", "name": None}, "size is '2': give a value of type int"),
    ],
)
def test_arguments_that_are_handed_on_are_checked_as_ones_own(values: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        check_arguments(HandsOn, values, "data")
    check_arguments(HandsOn, {"own": 1, "size": 2, "name": None}, "data")
    assert list(signature_of(HandsOn).parameters) == ["own", "size", "name"]


def test_a_network_is_found_without_its_training_module(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "paper", SimpleNamespace(Model=Model))  # type: ignore[arg-type]
    assert locate_network("paper.Model", "model=paper") is Network
    stating = SimpleNamespace(NETWORKS={"Model": Network})  # its training module is not even there
    monkeypatch.setitem(sys.modules, "paper", stating)  # type: ignore[arg-type]
    assert locate_network("paper.Model", "model=paper") is Network
    with (
        allowing(["paper.Other"]),
        pytest.raises(InputError, match=r"^model=paper: _target_ paper\.Other cannot be imported"),
    ):
        locate_network("paper.Other", "model=paper")
    with pytest.raises(InputError, match=r"^model=paper: _target_ os\.system is not one of the classes"):
        locate_network("os.system", "model=paper")
